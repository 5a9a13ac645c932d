import type { Connector, Failure, Manifest, Service, StepType, TaskSpec } from '@slipway/contracts';
import { resolveReference } from '@slipway/contracts';

import type { GraphNode } from '@slipway/pipeline-core';
import { effectKey, nodeOf, stageOf } from '@slipway/pipeline-core';
import { prepareStep } from '@slipway/steps';
import type { ClusterTarget, PreparedStep, ServiceManifests, TaskInputs } from '@slipway/steps';
import { toClusterAccess } from '../domains/connection-tests/index.ts';
import { findEntity, secretHandle } from '../domains/entities/index.ts';
import { isOutputHandle, nodeScope, resolvedOf } from '../domains/executions/index.ts';
import type { ExpressionFacts, InfrastructureOutputs, ServiceOutputs } from '../domains/executions/index.ts';
import { readFiles } from '../domains/files/index.ts';
import { claimRelease } from '../domains/releases/index.ts';
import { scopeFromKey } from '../platform/access.ts';
import type { Tx } from '../platform/database.ts';
import { derivedId } from './derived-id.ts';
import { configurationFailure, refuse, succeed, withStableCode } from './failures.ts';
import type { Outcome } from './failures.ts';
import { resolveText } from './resolve-text.ts';

/** Successful releases that are kept in a cluster. */
const retention = 10;

export interface StepTask {
  readonly id: string;
  readonly spec: TaskSpec;
  readonly selectors: readonly string[];
  readonly preferKey: string | undefined;
  /** Only when the timeout was an expression. */
  readonly timeoutMs: number | undefined;
}

/** Makes a task of a step whose turn it is, or says why that cannot be. */
export async function toStepTask(
  tx: Tx,
  about: ExpressionFacts & { readonly installation: string },
  node: GraphNode,
  attempt: number,
): Promise<Outcome<StepTask>> {
  const scope = nodeScope(about, node);
  const prepared = prepareStep(
    {
      // The document's schema knows the same types as the registry.
      type: node.type as StepType,
      spec: node.spec,
      place: node.place,
      ...(node.timeoutText === undefined ? {} : { timeoutText: node.timeoutText }),
    },
    scope,
  );
  if (!prepared.ok) return refuse(withStableCode(prepared.failure));
  const { step } = prepared;
  const cluster = step.kind.needsCluster ? await clusterOf(tx, about, node) : succeed(undefined);
  if (!cluster.ok) return cluster;
  const manifests =
    node.type === 'K8sRollingDeploy' ? await manifestsOf(tx, about, node) : succeed(undefined);
  if (!manifests.ok) return manifests;
  const inputs: TaskInputs = {
    place: node.place,
    scope,
    handleOf: (reference) => handleOf(about, reference),
    step: {
      executionId: about.facts.id,
      node: node.id,
      pipeline: about.facts.pipeline,
      sequence: about.facts.sequence,
      startedBy: about.facts.trigger.by.name,
    },
    retention,
    files: await filesOf(tx, about, step),
    ...(cluster.value === undefined ? {} : { target: cluster.value.target }),
    ...(manifests.value === undefined ? {} : { manifests: manifests.value }),
    ...deployNodeOf(about, node),
  };
  const task = step.kind.toTask(step.spec, inputs);
  if (!task.ok) return refuse(withStableCode(task.failure));
  const missing = await missingSecret(tx, task.secrets);
  if (missing !== null) return refuse(missing);
  const claimed = cluster.value === undefined ? null : await claim(tx, cluster.value, node);
  if (claimed !== null) return refuse(claimed);
  const selectors = selectorsOf(about, node, step, cluster.value);
  if (!selectors.ok) return selectors;
  return succeed({
    id: derivedId(`${about.facts.id}/${effectKey({ type: 'dispatch-step', node: node.id, attempt })}`),
    spec: task.task,
    selectors: selectors.value,
    preferKey: cluster.value?.connectorKey,
    timeoutMs: step.timeoutMs,
  });
}

interface ClusterOfStage {
  readonly target: ClusterTarget;
  readonly infrastructure: InfrastructureOutputs;
  readonly connectorKey: string;
  readonly inherits: boolean;
}

async function clusterOf(
  tx: Tx,
  about: ExpressionFacts & { readonly installation: string },
  node: GraphNode,
): Promise<Outcome<ClusterOfStage | undefined>> {
  const { service, infrastructure } = resolvedOf(about, stageOf(about.graph, node.id));
  if (service === undefined || infrastructure === undefined) return succeed(undefined);
  const { identifier, scopeKey } = infrastructure.connector;
  const scope = scopeFromKey(scopeKey);
  const entity = await findEntity(tx, { kind: 'connector', scope, parent: '', identifier });
  if (entity === null) {
    return refuse(
      configurationFailure('reference.not_found', `Connector ${infrastructure.connectorRef} is gone.`),
    );
  }
  const { connector } = entity.document as { connector: Connector };
  const target: ClusterTarget = {
    access: toClusterAccess(connector, scope),
    namespace: infrastructure.namespace,
    releaseName: infrastructure.releaseName,
    owner: {
      installation: about.installation,
      service: `${service.scopeKey}:${service.identifier}`,
      environment: `${infrastructure.env.scopeKey}:${infrastructure.env.identifier}`,
      infrastructure: infrastructure.identifier,
    },
  };
  const inherits = connector.spec.credential.type === 'InheritFromDelegate';
  return succeed({ target, infrastructure, connectorKey: `${scopeKey}:${identifier}`, inherits });
}

/** A release name belongs to one service and infrastructure of a cluster, from the first deployment on. */
async function claim(
  tx: Tx,
  { target, connectorKey }: ClusterOfStage,
  node: GraphNode,
): Promise<Failure | null> {
  if (node.type !== 'K8sRollingDeploy') return null;
  const { service, environment, infrastructure } = target.owner;
  const ownerKey = `${service} ${environment} ${infrastructure}`;
  const holder = await claimRelease(tx, {
    clusterKey: connectorKey,
    releaseName: target.releaseName,
    ownerKey,
  });
  if (holder === ownerKey) return null;
  const [heldService, heldEnvironment, heldInfrastructure] = holder
    .split(' ')
    .map((part) => part.split(':').at(-1));
  return configurationFailure(
    'release.name_claimed',
    `The release name ${target.releaseName} belongs to service ${heldService} in infrastructure ${heldInfrastructure} of environment ${heldEnvironment}.`,
    [
      'Give the infrastructure a release name that differs by service, such as release-<+INFRA_KEY_SHORT_ID>.',
    ],
  );
}

async function manifestsOf(
  tx: Tx,
  about: ExpressionFacts,
  node: GraphNode,
): Promise<Outcome<ServiceManifests | undefined>> {
  const { service } = resolvedOf(about, stageOf(about.graph, node.id));
  if (service === undefined) return succeed(undefined);
  const scope = scopeFromKey(service.scopeKey);
  const entity = await findEntity(tx, { kind: 'service', scope, parent: '', identifier: service.identifier });
  if (entity === null)
    return refuse(configurationFailure('reference.not_found', `Service ${service.identifier} is gone.`));
  const { service: document } = entity.document as { service: Service };
  const manifest = document.serviceDefinition.spec.manifests?.[0]?.manifest;
  return manifest === undefined ? succeed(undefined) : readManifest(tx, about, service, manifest, node);
}

async function readManifest(
  tx: Tx,
  about: ExpressionFacts,
  service: ServiceOutputs,
  manifest: Manifest,
  node: GraphNode,
): Promise<Outcome<ServiceManifests>> {
  const { store, skipResourceVersioning = false } = manifest.spec;
  if (store.type === 'Inline') {
    return succeed({
      files: [{ path: `${manifest.identifier}.yaml`, content: store.spec.content }],
      skipResourceVersioning,
    });
  }
  const files: { path: string; content: string }[] = [];
  for (const [index, written] of store.spec.files.entries()) {
    const place = `service ${service.identifier} manifests.${manifest.identifier}.files[${index}]`;
    const reference = resolveText(written, nodeScope(about, node), place);
    if (!reference.ok) return reference;
    const found = await readFiles(tx, reference.value, scopeFromKey(service.scopeKey));
    if (found.length === 0) {
      return refuse(
        configurationFailure('file.not_found', `${place}: the file store has no ${reference.value}.`, [
          'Upload it, or correct the path.',
        ]),
      );
    }
    files.push(...found);
  }
  return succeed({ files, skipResourceVersioning });
}

async function filesOf(
  tx: Tx,
  { facts }: ExpressionFacts,
  step: PreparedStep,
): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>();
  for (const reference of step.files) {
    const [file] = await readFiles(tx, reference, facts.scope);
    if (file !== undefined) contents.set(reference, file.content);
  }
  return contents;
}

function handleOf({ facts }: ExpressionFacts, reference: string): string {
  if (isOutputHandle(reference)) return reference;
  const target = resolveReference(reference, facts.scope);
  // Every reference a project can write leads somewhere; whether the secret is there is asked once the task is made.
  return secretHandle(target?.scope ?? facts.scope, target?.identifier ?? reference).secret;
}

/** A secret that is gone is found here, and not by the delegate half-way through. */
async function missingSecret(tx: Tx, handles: readonly string[]): Promise<Failure | null> {
  for (const handle of handles.filter((each) => !isOutputHandle(each))) {
    const colon = handle.lastIndexOf(':');
    const identifier = handle.slice(colon + 1);
    const scope = scopeFromKey(handle.slice(0, colon));
    if ((await findEntity(tx, { kind: 'secret', scope, parent: '', identifier })) !== null) continue;
    return configurationFailure('secret.not_found', `There is no secret ${identifier}.`, [
      'Create it, or correct the reference.',
    ]);
  }
  return null;
}

/** The deployment that a rollback step undoes: the first of its stage that a delegate was given. */
function deployNodeOf({ graph, state }: ExpressionFacts, node: GraphNode): { deployNode?: string } {
  const deployed = stageOf(graph, node.id).children.find((id) => {
    const own = state.nodes[id];
    return (
      nodeOf(graph, id).type === 'K8sRollingDeploy' &&
      own !== undefined &&
      (own.taskId !== undefined || own.attempt > 1)
    );
  });
  return deployed === undefined ? {} : { deployNode: deployed };
}

/**
 * The nearest level decides; the connector's come last. Where a connector uses the delegate's own credentials its selectors always
 * hold as well, since with another delegate the step would reach another cluster.
 */
function selectorsOf(
  about: ExpressionFacts,
  node: GraphNode,
  step: PreparedStep,
  cluster: ClusterOfStage | undefined,
): Outcome<readonly string[]> {
  const written = step.delegateSelectors.length > 0 ? step.delegateSelectors : node.delegateSelectors;
  const own: string[] = [];
  for (const selector of written) {
    const resolved = resolveText(selector, nodeScope(about, node), `${node.place}.delegateSelectors`);
    if (!resolved.ok) return resolved;
    own.push(resolved.value);
  }
  const ofConnector = cluster?.infrastructure.connector.delegateSelectors ?? [];
  if (own.length === 0) return succeed(ofConnector);
  return succeed(cluster?.inherits === true ? [...new Set([...own, ...ofConnector])] : own);
}
