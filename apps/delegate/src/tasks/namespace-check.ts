import type { Cause, TaskOutcome } from '@slipway/contracts';
import { AccessError } from '../cluster/access-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { ClusterError, isClusterError } from '../cluster/cluster-error.ts';
import { explainClusterFailure } from '../cluster/explain.ts';
import { missingRuleYaml } from '../cluster/missing-rule.ts';
import type { TaskContext, TaskRunner } from './task.ts';

const REQUEST_MS = 4000;

type Verdict = { verdict: 'usable' | 'absent' | 'forbidden' | 'unknown'; cause?: Cause };

/** Whether a connector may deploy into a namespace, as far as can be said before there are manifests. */
export const namespaceCheck: TaskRunner<'namespace-check'> = {
  kind: 'namespace-check',
  run: async ({ access, namespace }, context): Promise<TaskOutcome> => {
    const verdict = await check(namespace, context, () => context.cluster(access));
    return { kind: 'succeeded', outputs: {}, result: { namespace: verdict } };
  },
};

async function check(
  namespace: string,
  context: TaskContext,
  open: () => Promise<Cluster>,
): Promise<Verdict> {
  const limits = { signal: context.signal, timeoutMs: REQUEST_MS };
  try {
    const cluster = await open();
    // Every release keeps its record in a Secret: without this nothing can be deployed, whatever the manifests hold.
    const question = { verb: 'create', group: '', resource: 'secrets', namespace };
    const [exists, answer] = await Promise.all([
      existsIn(cluster, namespace, limits),
      cluster.mayI(question, limits),
    ]);
    if (exists === false) return { verdict: 'absent' };
    if (answer) return { verdict: 'usable' };
    const { username } = await cluster.whoAmI(limits);
    return { verdict: 'forbidden', cause: forbiddenCause(username, namespace) };
  } catch (error) {
    context.signal.throwIfAborted();
    const explained = explainClusterFailure(error, { address: addressOf(error) });
    if (explained === undefined) throw error;
    return { verdict: 'unknown', cause: explained.cause };
  }
}

/** Undefined when the identity may not look. */
async function existsIn(
  cluster: Cluster,
  name: string,
  limits: { signal: AbortSignal; timeoutMs: number },
): Promise<boolean | undefined> {
  try {
    return (await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name }, limits)) !== null;
  } catch (error) {
    if (isClusterError(error, 403)) return undefined;
    throw error;
  }
}

function forbiddenCause(user: string, namespace: string): Cause {
  return {
    code: 'namespace.forbidden',
    severity: 'fatal',
    title: `${user} may not deploy into the namespace ${namespace}`,
    message: `${user} may not create secrets in ${namespace}; Slipway keeps the record of each release in one.`,
    evidence: [],
    hints: [
      'Apply the Role below as an administrator of the cluster, or bind the ClusterRole admin in this namespace.',
    ],
    remedyYaml: missingRuleYaml({ user, verb: 'create', resource: 'secrets', group: '', namespace }),
  };
}

function addressOf(error: unknown): string {
  return error instanceof AccessError || error instanceof ClusterError ? 'The cluster' : 'The API server';
}
