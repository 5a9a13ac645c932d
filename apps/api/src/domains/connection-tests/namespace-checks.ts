import { resolveReference } from '@slipway/contracts';
import type {
  Cause,
  Connector,
  DeploymentStage,
  Infrastructure,
  Pipeline,
  Scope,
  Service,
  TaskSpec,
} from '@slipway/contracts';
import { parseAllDocuments } from 'yaml';
import type { Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import type { AuthoredDocument, EntityAddress, Lookup } from '../entities/index.ts';
import { readFiles } from '../files/index.ts';
import { selectorsOf, toClusterAccess } from './cluster-access.ts';
import type { RunTaskRequest, TaskRun } from '../tasks/index.ts';

/** A save does not wait longer for a delegate; the run checks again. */
const checkTimeoutMs = 5000;

export interface NamespaceCheckDeps {
  readonly reader: Tx;
  readonly runTask: (request: RunTaskRequest) => Promise<TaskRun>;
}

interface Target {
  readonly infrastructure: Infrastructure;
  readonly scope: Scope;
  readonly pointer: string;
  /** Whether the namespace is made by the manifests themselves. */
  readonly madeByService: () => Promise<boolean>;
  readonly absent: 'warn' | 'refuse';
}

const hasExpression = (text: string): boolean => text.includes('<+');

/**
 * Whether the connector may work in the namespace of an infrastructure, or in those of a pipeline's stages. Gives warnings; fails
 * when the answer is no. What holds an expression, or what no delegate answers in time, is checked when the pipeline runs.
 */
export async function checkNamespaces(
  deps: NamespaceCheckDeps,
  document: AuthoredDocument,
  scope: Scope,
  lookup: Lookup,
): Promise<string[]> {
  const targets = await targetsOf(deps, document, scope, lookup);
  const warnings = await Promise.all(targets.map((target) => checkTarget(deps, target, lookup)));
  return warnings.flatMap((warning) => warning ?? []);
}

async function targetsOf(
  deps: NamespaceCheckDeps,
  document: AuthoredDocument,
  scope: Scope,
  lookup: Lookup,
): Promise<Target[]> {
  if (document.kind === 'infrastructure') {
    // The tree passed the schema of its kind.
    const { infrastructureDefinition } = document.tree as { infrastructureDefinition: Infrastructure };
    const pointer = '/infrastructureDefinition/spec/namespace';
    return [
      {
        infrastructure: infrastructureDefinition,
        scope,
        pointer,
        madeByService: async () => false,
        absent: 'warn',
      },
    ];
  }
  if (document.kind !== 'pipeline') return [];
  const { pipeline } = document.tree as { pipeline: Pipeline };
  const found = await Promise.all(
    pipeline.stages.map(({ stage }, index) => stageTarget(deps, stage, index, scope, lookup)),
  );
  return found.flatMap((target) => target ?? []);
}

async function stageTarget(
  deps: NamespaceCheckDeps,
  stage: DeploymentStage,
  index: number,
  scope: Scope,
  lookup: Lookup,
): Promise<Target | null> {
  const { environment, service } = stage.spec;
  const place = resolve(environment.environmentRef, scope);
  const identifier = environment.infrastructureDefinitions[0]?.identifier;
  if (!place || identifier === undefined || hasExpression(identifier)) return null;
  const address: EntityAddress = {
    kind: 'infrastructure',
    scope: place.scope,
    parent: place.identifier,
    identifier,
  };
  const infrastructure = (await lookup.document(address)) as {
    infrastructureDefinition: Infrastructure;
  } | null;
  if (!infrastructure) return null;
  const pointer = `/pipeline/stages/${index}/stage/spec/environment/infrastructureDefinitions/0/identifier`;
  const madeByService = (): Promise<boolean> =>
    makesNamespace(
      deps,
      service.serviceRef,
      infrastructure.infrastructureDefinition.spec.namespace,
      scope,
      lookup,
    );
  return {
    infrastructure: infrastructure.infrastructureDefinition,
    scope: place.scope,
    pointer,
    madeByService,
    absent: 'refuse',
  };
}

async function checkTarget(deps: NamespaceCheckDeps, target: Target, lookup: Lookup): Promise<string | null> {
  const { connectorRef, namespace } = target.infrastructure.spec;
  if (hasExpression(namespace)) return null;
  const place = resolve(connectorRef, target.scope);
  const saved =
    place &&
    ((await lookup.document({
      kind: 'connector',
      scope: place.scope,
      parent: '',
      identifier: place.identifier,
    })) as { connector: Connector } | null);
  if (!place || !saved) return null;
  const spec: TaskSpec = {
    kind: 'namespace-check',
    payload: { access: toClusterAccess(saved.connector, place.scope), namespace },
  };
  const run = await deps.runTask({
    spec,
    scope: place.scope,
    selectors: selectorsOf(saved.connector),
    timeoutMs: checkTimeoutMs,
  });
  const answer =
    run.kind === 'finished' && run.outcome.kind !== 'cancelled' ? run.outcome.result?.namespace : undefined;
  if (answer === undefined || answer.verdict === 'unknown') {
    return `Whether namespace ${namespace} can be used is not known yet (${whyUnknown(run)}); it is checked again when the pipeline runs.`;
  }
  if (answer.verdict === 'forbidden') refuseForbidden(target, answer.cause);
  return answer.verdict === 'absent' ? absent(target, namespace) : null;
}

function refuseForbidden({ infrastructure, pointer }: Target, cause: Cause | undefined): never {
  const { connectorRef, namespace } = infrastructure.spec;
  const title = cause?.title ?? `The connector ${connectorRef} may not work in namespace ${namespace}.`;
  fail('namespace.forbidden', title, {
    errors: [{ pointer, message: cause?.message ?? title }],
    hint: cause?.hints[0] ?? 'Grant its account the rights, or choose another namespace.',
    details: cause ? { cause } : {},
  });
}

async function absent(target: Target, namespace: string): Promise<string | null> {
  if (await target.madeByService()) return null;
  if (target.absent === 'warn')
    return `Namespace ${namespace} does not exist yet; the service's manifests must hold it, or make it before you deploy.`;
  return fail(
    'namespace.not_found',
    `Namespace ${namespace} does not exist, and the service's manifests do not hold it.`,
    {
      errors: [{ pointer: target.pointer, message: `Namespace ${namespace} does not exist.` }],
      hint: `Make it (kubectl create namespace ${namespace}), or add a Namespace to the service's manifests.`,
    },
  );
}

function whyUnknown(run: TaskRun): string {
  if (run.kind === 'no-delegate') return 'no delegate that fits is connected';
  if (run.kind === 'timed-out') return `no delegate answered within ${Math.round(run.afterMs / 1000)} s`;
  return run.outcome.kind === 'failed' ? run.outcome.failure.message : 'the cluster did not say';
}

function resolve(reference: string, scope: Scope): { scope: Scope; identifier: string } | null {
  return hasExpression(reference) ? null : resolveReference(reference, scope);
}

/** Whether the service's manifests hold this Namespace. Manifests that cannot be read are the run's business. */
async function makesNamespace(
  deps: NamespaceCheckDeps,
  serviceRef: string,
  namespace: string,
  from: Scope,
  lookup: Lookup,
): Promise<boolean> {
  const place = resolve(serviceRef, from);
  const saved =
    place &&
    ((await lookup.document({
      kind: 'service',
      scope: place.scope,
      parent: '',
      identifier: place.identifier,
    })) as { service: Service } | null);
  if (!place || !saved) return false;
  const stores = (saved.service.serviceDefinition.spec.manifests ?? []).map(
    ({ manifest }) => manifest.spec.store,
  );
  for (const store of stores) {
    const texts =
      store.type === 'Inline'
        ? [store.spec.content]
        : await storedTexts(deps.reader, store.spec.files, place.scope);
    if (texts.some((text) => holdsNamespace(text, namespace))) return true;
  }
  return false;
}

async function storedTexts(reader: Tx, references: readonly string[], scope: Scope): Promise<string[]> {
  const files = await Promise.all(references.map((reference) => readFiles(reader, reference, scope)));
  return files.flat().map((file) => file.content);
}

function holdsNamespace(text: string, namespace: string): boolean {
  // Most manifests hold none: a look at the text saves the parsing.
  if (!/\bNamespace\b/.test(text)) return false;
  return parseAllDocuments(text, { version: '1.1' }).some(
    (document) => document.get('kind') === 'Namespace' && document.getIn(['metadata', 'name']) === namespace,
  );
}
