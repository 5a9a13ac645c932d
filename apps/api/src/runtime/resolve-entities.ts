import type { Connector, EntityKind, Environment, Infrastructure, Scope, Service } from '@slipway/contracts';
import { NamespaceSchema, ReleaseNameSchema, resolveReference, scopeKey } from '@slipway/contracts';
import { joinScopes, scopeOf } from '@slipway/expressions';
import type { Scope as ExpressionScope } from '@slipway/expressions';
import type { GraphNode, InfrastructureNodeSpec, ServiceNodeSpec } from '@slipway/pipeline-core';
import { stageOf } from '@slipway/pipeline-core';
import { findEntity } from '../domains/entities/index.ts';
import type { StoredEntity } from '../domains/entities/index.ts';
import { environmentMap, nodeScope, resolvedOf } from '../domains/executions/index.ts';
import type { ExpressionFacts, InfrastructureOutputs, ServiceOutputs } from '../domains/executions/index.ts';
import type { Tx } from '../platform/database.ts';
import { sha1 } from './derived-id.ts';
import { configurationFailure, refuse, succeed } from './failures.ts';
import type { Outcome } from './failures.ts';
import { resolveText } from './resolve-text.ts';

/** Loads the service that a stage names. */
export async function resolveService(
  tx: Tx,
  about: ExpressionFacts,
  node: GraphNode,
): Promise<Outcome<ServiceOutputs>> {
  // The compiler gives service nodes this spec.
  const { serviceRef } = node.spec as ServiceNodeSpec;
  const reference = resolveText(serviceRef, nodeScope(about, node), `${node.place}.serviceRef`);
  if (!reference.ok) return reference;
  const entity = await loadReferenced(tx, 'service', reference.value, about.facts.scope);
  if (!entity.ok) return entity;
  const { service } = entity.value.document as { service: Service };
  return succeed({
    identifier: entity.value.identifier,
    name: service.name,
    description: service.description ?? '',
    type: service.serviceDefinition.type,
    tags: entity.value.tags,
    variables: service.serviceDefinition.spec.variables ?? [],
    scopeKey: scopeKey(entity.value.scope),
    version: entity.value.version,
  });
}

/** Loads environment, infrastructure and connector, and works out namespace and release name. */
export async function resolveInfrastructure(
  tx: Tx,
  about: ExpressionFacts,
  node: GraphNode,
): Promise<Outcome<InfrastructureOutputs>> {
  const spec = node.spec as InfrastructureNodeSpec;
  const outer = nodeScope(about, node);
  const environmentRef = resolveText(spec.environmentRef, outer, `${node.place}.environmentRef`);
  if (!environmentRef.ok) return environmentRef;
  const environment = await loadReferenced(tx, 'environment', environmentRef.value, about.facts.scope);
  if (!environment.ok) return environment;
  const env = toEnv(environment.value);
  const scope = joinScopes(scopeOf({ env: environmentMap(env, () => outer) }), outer);
  const identifier = resolveText(
    spec.infrastructure,
    scope,
    `${node.place}.infrastructureDefinitions[0].identifier`,
  );
  if (!identifier.ok) return identifier;
  const stored = await findEntity(tx, {
    kind: 'infrastructure',
    scope: environment.value.scope,
    parent: environment.value.identifier,
    identifier: identifier.value,
  });
  if (stored === null) {
    return refuse(
      configurationFailure(
        'reference.not_found',
        `Environment ${env.identifier} has no infrastructure definition ${identifier.value}.`,
        ['Create it, or correct the stage.'],
      ),
    );
  }
  const { service } = resolvedOf(about, stageOf(about.graph, node.id));
  return resolveAddress(tx, { stored, env, scope, service, environmentRef: environmentRef.value });
}

interface AddressInputs {
  readonly stored: StoredEntity;
  readonly env: InfrastructureOutputs['env'];
  readonly scope: ExpressionScope;
  readonly service: ServiceOutputs | undefined;
  readonly environmentRef: string;
}

/** Connector first, then namespace, then release name: each may refer to those before it. */
async function resolveAddress(tx: Tx, inputs: AddressInputs): Promise<Outcome<InfrastructureOutputs>> {
  const { stored, env, scope, service } = inputs;
  const { infrastructureDefinition: infrastructure } = stored.document as {
    infrastructureDefinition: Infrastructure;
  };
  const place = `infrastructure ${stored.identifier}`;
  const refused = scopedServicesProblem(infrastructure, service);
  if (refused !== null) return refuse(refused);
  const connectorRef = resolveText(infrastructure.spec.connectorRef, scope, `${place}.spec.connectorRef`);
  if (!connectorRef.ok) return connectorRef;
  const connector = await loadReferenced(tx, 'connector', connectorRef.value, stored.scope);
  if (!connector.ok) return connector;
  const namespace = resolveText(infrastructure.spec.namespace, scope, `${place}.spec.namespace`);
  if (!namespace.ok) return namespace;
  const badNamespace = NamespaceSchema.safeParse(namespace.value);
  if (!badNamespace.success) {
    return refuse(
      configurationFailure(
        'namespace.invalid',
        `${place}: ${JSON.stringify(namespace.value)} is no namespace. ${badNamespace.error.issues[0]?.message ?? ''}`,
      ),
    );
  }
  const infraKey = sha1(
    [service?.identifier ?? '', env.identifier, connectorRef.value, namespace.value].join('-'),
  );
  const infraKeyShortId = infraKey.slice(0, 6);
  const named = joinScopes(
    scopeOf({
      INFRA_KEY: infraKey,
      INFRA_KEY_SHORT_ID: infraKeyShortId,
      infra: {
        name: stored.name,
        infraIdentifier: stored.identifier,
        namespace: namespace.value,
        connectorRef: connectorRef.value,
        infraKey,
        tags: stored.tags,
      },
    }),
    scope,
  );
  const releaseName = resolveText(infrastructure.spec.releaseName, named, `${place}.spec.releaseName`);
  if (!releaseName.ok) return releaseName;
  const badName = ReleaseNameSchema.safeParse(releaseName.value);
  if (!badName.success) {
    return refuse(
      configurationFailure(
        'release.name_invalid',
        `${place}: ${JSON.stringify(releaseName.value)} is no release name. ${badName.error.issues[0]?.message ?? ''}`,
      ),
    );
  }
  const { connector: document } = connector.value.document as { connector: Connector };
  return succeed({
    identifier: stored.identifier,
    name: stored.name,
    tags: stored.tags,
    namespace: namespace.value,
    releaseName: releaseName.value,
    connectorRef: connectorRef.value,
    connector: {
      identifier: connector.value.identifier,
      name: connector.value.name,
      scopeKey: scopeKey(connector.value.scope),
      delegateSelectors: document.spec.delegateSelectors ?? [],
    },
    allowSimultaneousDeployments: infrastructure.allowSimultaneousDeployments ?? false,
    environment: env.identifier,
    env,
    infraKey,
    infraKeyShortId,
  });
}

function scopedServicesProblem(infrastructure: Infrastructure, service: ServiceOutputs | undefined) {
  const allowed = infrastructure.scopedServices ?? [];
  if (service === undefined || allowed.length === 0) return null;
  // A reference ends in the identifier: x, org.x, account.x.
  if (allowed.some((reference) => reference.split('.').at(-1) === service.identifier)) return null;
  return configurationFailure(
    'infrastructure.not_for_service',
    `Infrastructure ${infrastructure.name} is kept for ${allowed.join(', ')}; ${service.identifier} may not be deployed there.`,
    ['Add the service to scopedServices of the infrastructure, or choose another one.'],
  );
}

function toEnv(entity: StoredEntity): InfrastructureOutputs['env'] {
  const { environment } = entity.document as { environment: Environment };
  return {
    identifier: entity.identifier,
    name: entity.name,
    description: entity.description ?? '',
    type: environment.type,
    tags: entity.tags,
    variables: environment.variables ?? [],
    scopeKey: scopeKey(entity.scope),
  };
}

async function loadReferenced(
  tx: Tx,
  kind: EntityKind,
  reference: string,
  from: Scope,
): Promise<Outcome<StoredEntity>> {
  const target = resolveReference(reference, from);
  const entity =
    target &&
    (await findEntity(tx, { kind, scope: target.scope, parent: '', identifier: target.identifier }));
  if (entity) return succeed(entity);
  return refuse(
    configurationFailure('reference.not_found', `There is no ${kind} ${reference}.`, [
      `Create it, or correct the reference. A ${kind} of the organization is written org.x, one of the account account.x.`,
    ]),
  );
}
