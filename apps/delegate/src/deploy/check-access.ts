import { accessNeeds, rolesFor } from '@slipway/deploy-engine';
import type { AccessNeed, KubernetesObject, ResourceLookup } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { DeployFailure } from './deploy-failure.ts';
import { inParallel } from './in-parallel.ts';
import type { SectionLog } from './sections.ts';

/** What the review found out that later parts go by. */
export interface ReviewedAccess {
  /** `group/resource/namespace` that may be listed and not watched: these are polled. */
  unwatchable: ReadonlySet<string>;
  mayReadEvents: boolean;
  mayReadLogs: boolean;
}

/**
 * Asks the cluster, before anything is written, whether everything the deployment will do is allowed. What is
 * missing is refused with the rule as YAML.
 */
export async function checkAccess(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  options: { lookup: ResourceLookup; recordNamespace: string; signal: AbortSignal; log: SectionLog },
): Promise<ReviewedAccess> {
  const needs = accessNeeds(objects, options.lookup, options.recordNamespace);
  const denied = await deniedNeeds(cluster, needs, options.signal);
  const watchable = (need: AccessNeed): boolean => need.verb === 'watch';
  const missing = denied.filter((need) => need.required && !watchable(need));
  options.log.info(`Permissions: ${needs.length} reviewed, ${denied.length} missing.`);
  if (missing.length > 0) throw accessDenied(missing);
  for (const need of denied) options.log.warn(consequence(need));
  const isDenied = (resource: string, subresource?: string): boolean =>
    denied.some((need) => need.resource === resource && need.subresource === subresource);
  return {
    unwatchable: new Set(
      denied.filter(watchable).map((need) => `${need.group}/${need.resource}/${need.namespace ?? ''}`),
    ),
    mayReadEvents: !isDenied('events'),
    mayReadLogs: !isDenied('pods', 'log'),
  };
}

async function deniedNeeds(
  cluster: Cluster,
  needs: readonly AccessNeed[],
  signal: AbortSignal,
): Promise<AccessNeed[]> {
  // One answer for all of them where the delegate is an administrator, one a namespace where it is that of some.
  const everything = { verb: '*', group: '*', resource: '*' };
  if (await cluster.mayI(everything, { signal })) return [];
  const namespaces = [...new Set(needs.flatMap(({ namespace }) => namespace ?? []))];
  const own = await inParallel(namespaces, 16, (namespace) =>
    cluster.mayI({ ...everything, namespace }, { signal }),
  );
  const asked = needs.filter(
    ({ namespace }) => namespace === undefined || own[namespaces.indexOf(namespace)] !== true,
  );
  const answers = await inParallel(asked, 16, async (need) => {
    const { required: _required, ...question } = need;
    return cluster.mayI(question, { signal });
  });
  return asked.filter((_need, index) => answers[index] === false);
}

function describe(need: AccessNeed): string {
  const resource = need.subresource === undefined ? need.resource : `${need.resource}/${need.subresource}`;
  const group = need.group === '' ? '' : `.${need.group}`;
  return `${need.verb} ${resource}${group}${need.namespace === undefined ? '' : ` in ${need.namespace}`}`;
}

function consequence(need: AccessNeed): string {
  if (need.verb === 'watch') return `May not ${describe(need)}: polling every 2 s instead.`;
  if (need.resource === 'pods' && need.verb === 'delete') {
    return `May not ${describe(need)}: broken pods that hold up a stateful set must be deleted by hand.`;
  }
  if (need.subresource === 'log') return `May not ${describe(need)}: last log lines will not be shown.`;
  if (['controllerrevisions', 'jobs', 'cronjobs'].includes(need.resource)) {
    return `May not ${describe(need)}: old versions of configuration will be kept.`;
  }
  if (need.resource === 'events') return `May not ${describe(need)}: causes are told from statuses alone.`;
  return `May not ${describe(need)}.`;
}

function accessDenied(missing: readonly AccessNeed[]): DeployFailure {
  const remedyYaml = rolesFor(missing, 'slipway-deploy');
  const message = `The delegate lacks permissions in the cluster: ${missing.map(describe).join('; ')}.`;
  const hint = "Grant the rules below to the delegate's service account, then run the step again.";
  return new DeployFailure({
    code: 'permission.missing',
    errorType: 'Authorization',
    message,
    causes: [
      {
        code: 'permission.missing',
        severity: 'fatal',
        title: `${missing.length} permissions are missing`,
        message,
        evidence: missing.map((need) => ({
          kind: 'response' as const,
          text: `SelfSubjectAccessReview: ${describe(need)}: no`,
        })),
        hints: [hint],
        remedyYaml,
      },
    ],
    hints: [hint],
  });
}
