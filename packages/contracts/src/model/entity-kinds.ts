import type { z } from 'zod';
import { ConnectorDocumentSchema } from './connector.ts';
import { EnvironmentDocumentSchema, InfrastructureDocumentSchema } from './environment.ts';
import { PipelineDocumentSchema } from './pipeline.ts';
import { SecretDocumentSchema } from './secret.ts';
import { ServiceDocumentSchema } from './service.ts';

export const entityKindNames = [
  'connector',
  'secret',
  'service',
  'environment',
  'infrastructure',
  'pipeline',
] as const;
export type EntityKind = (typeof entityKindNames)[number];

export interface EntityKindFacts {
  /** The single key at the top of the document. */
  readonly rootKey: string;
  /** The collection in REST paths; infrastructures stand below their environment. */
  readonly collection: string;
  /** The noun of its permissions: `core_<permission>_view`. */
  readonly permission: string;
  readonly title: string;
  /** `project`: pipelines only. `any`: account, organization and project. */
  readonly scopes: 'any' | 'project';
  readonly document: z.ZodType<Record<string, unknown>>;
}

/** In the order in which a stream of documents is applied: each kind refers only to those before it. */
export const entityKinds: Readonly<Record<EntityKind, EntityKindFacts>> = {
  secret: {
    rootKey: 'secret',
    collection: 'secrets',
    permission: 'secret',
    title: 'Secret',
    scopes: 'any',
    document: SecretDocumentSchema,
  },
  connector: {
    rootKey: 'connector',
    collection: 'connectors',
    permission: 'connector',
    title: 'Connector',
    scopes: 'any',
    document: ConnectorDocumentSchema,
  },
  service: {
    rootKey: 'service',
    collection: 'services',
    permission: 'service',
    title: 'Service',
    scopes: 'any',
    document: ServiceDocumentSchema,
  },
  environment: {
    rootKey: 'environment',
    collection: 'environments',
    permission: 'environment',
    title: 'Environment',
    scopes: 'any',
    document: EnvironmentDocumentSchema,
  },
  infrastructure: {
    rootKey: 'infrastructureDefinition',
    collection: 'infrastructures',
    permission: 'environment',
    title: 'Infrastructure definition',
    scopes: 'any',
    document: InfrastructureDocumentSchema,
  },
  pipeline: {
    rootKey: 'pipeline',
    collection: 'pipelines',
    permission: 'pipeline',
    title: 'Pipeline',
    scopes: 'project',
    document: PipelineDocumentSchema,
  },
};
