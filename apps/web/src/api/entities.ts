import type { EntityKind, EntitySummary, EntityView, Referrer } from '@slipway/contracts';
import { fillPath, scopePrefix } from './operations.ts';
import type { ScopeRef } from './operations.ts';
import { send, sendForJson } from './request.ts';

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor?: string | undefined;
  readonly total: number;
}

export interface EntityRef {
  readonly kind: EntityKind;
  readonly identifier: string;
  /** Of an infrastructure definition. */
  readonly environment?: string | undefined;
}

export interface ListQuery {
  readonly limit?: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
  readonly sort?: string | undefined;
  readonly includeParents?: 'true';
  readonly type?: string;
}

const collections: Readonly<Record<EntityKind, string>> = {
  secret: '/secrets',
  connector: '/connectors',
  service: '/services',
  environment: '/environments',
  infrastructure: '/environments/:environment/infrastructures',
  pipeline: '/pipelines',
};

/** For the test that compares them with the contracts. */
export function entityAddresses(): string[] {
  return Object.entries(collections).flatMap(([kind, path]) => {
    const scope = kind === 'pipeline' ? 'P' : 'S';
    const single = `${path}/:identifier`;
    return [
      `GET ${path}`,
      `POST ${path}`,
      `GET ${single}`,
      `PUT ${single}`,
      `DELETE ${single}`,
      `GET ${single}/used-by`,
    ].map((address) => `${scope} ${address}`);
  });
}

const collectionPath = (scope: ScopeRef, kind: EntityKind, environment?: string): string =>
  `${scopePrefix(scope)}${fillPath(collections[kind], { environment: environment ?? '' })}`;
const entityPath = (scope: ScopeRef, { kind, identifier, environment }: EntityRef): string =>
  `${collectionPath(scope, kind, environment)}/${encodeURIComponent(identifier)}`;

export interface SaveOptions {
  readonly validate?: boolean;
  readonly ifMatch?: number | undefined;
}

/** The operations that every kind of entity has. Bodies are the documents themselves. */
export const entities = {
  list: (scope: ScopeRef, kind: EntityKind, query: ListQuery = {}, environment?: string) =>
    sendForJson<Page<EntitySummary>>('GET', collectionPath(scope, kind, environment), {
      query: { ...query },
    }),
  get: (scope: ScopeRef, ref: EntityRef) => sendForJson<EntityView>('GET', entityPath(scope, ref)),
  create: (
    scope: ScopeRef,
    kind: EntityKind,
    yaml: string,
    options: SaveOptions & { environment?: string | undefined } = {},
  ) =>
    sendForJson<EntityView>('POST', collectionPath(scope, kind, options.environment), {
      yaml,
      query: { validate: options.validate },
    }),
  put: (scope: ScopeRef, ref: EntityRef, yaml: string, options: SaveOptions = {}) =>
    sendForJson<EntityView>('PUT', entityPath(scope, ref), {
      yaml,
      query: { validate: options.validate },
      ifMatch: options.ifMatch,
    }),
  remove: (scope: ScopeRef, ref: EntityRef, force: boolean) =>
    send('DELETE', entityPath(scope, ref), { query: { force: force ? true : undefined } }),
  usedBy: (scope: ScopeRef, ref: EntityRef) =>
    sendForJson<Page<Referrer>>('GET', `${entityPath(scope, ref)}/used-by`, { query: { limit: 100 } }),
};
