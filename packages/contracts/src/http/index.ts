import { entityKindNames } from '../model/entity-kinds.ts';
import { connectionTestRoutes } from './connection-tests.ts';
import { delegateRoutes } from './delegates.ts';
import { applyRoutes, entityRoutes } from './entities.ts';
import { executionRoutes } from './executions.ts';
import { fileRoutes } from './files.ts';
import { identityRoutes } from './identity.ts';
import { releaseRoutes } from './releases.ts';
import type { RouteContract } from './route.ts';
import { scopeRoutes } from './scopes.ts';
import { systemRoutes } from './system.ts';

export * from './page.ts';
export * from './problem.ts';
export * from './view-fields.ts';
export * from './connection-tests.ts';
export * from './delegates.ts';
export * from './entities.ts';
export * from './executions.ts';
export * from './files.ts';
export * from './identity.ts';
export * from './live.ts';
export * from './releases.ts';
export * from './route.ts';
export * from './scopes.ts';
export * from './system.ts';

/** The whole REST interface. */
export const routeTable: readonly RouteContract[] = [
  ...Object.values(identityRoutes),
  ...Object.values(scopeRoutes),
  ...entityKindNames.flatMap((kind) => Object.values(entityRoutes(kind))),
  ...Object.values(applyRoutes),
  ...Object.values(connectionTestRoutes),
  ...Object.values(fileRoutes),
  ...Object.values(executionRoutes),
  ...Object.values(releaseRoutes),
  ...Object.values(delegateRoutes),
  ...Object.values(systemRoutes),
];
