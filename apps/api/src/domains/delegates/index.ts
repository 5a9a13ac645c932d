import type { FastifyInstance } from 'fastify';
import type { Database, Tx } from '../../platform/database.ts';
import { createDelegateOperations } from './delegate-operations.ts';
import { registerDelegateRoutes } from './delegate-routes.ts';
import { createRegistration } from './registration.ts';
import { createTokenOperations, ensureBootstrapToken } from './token-operations.ts';

export { readCandidates, readPreferredDelegate, silentAfterMs } from './delegate-queries.ts';
export type { AdmittedToken, Beat, Registration, RegisteredInstance } from './registration.ts';
export { selectDelegates } from './selection.ts';
export type { DelegateVerdict, InstanceCandidate, Selection } from './selection.ts';

export interface DelegatesDeps {
  readonly database: Database;
  readonly now: () => Date;
  readonly baseUrl: string;
  readonly version: string;
  readonly onTokenRevoked: (tx: Tx, token: { id: string; name: string }) => Promise<void>;
}

/** Delegates, their tokens and how they are installed. */
export function createDelegates(deps: DelegatesDeps) {
  const operations = createDelegateOperations(deps);
  const tokens = createTokenOperations({ ...deps, onRevoked: deps.onTokenRevoked });
  return {
    registration: createRegistration(deps),
    /** The token of `SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN`, at account scope, at each start. */
    ensureBootstrapToken: async (value: string | undefined): Promise<void> => {
      if (value !== undefined) await deps.database.transaction((tx) => ensureBootstrapToken(tx, value));
    },
    routes: (app: FastifyInstance) =>
      registerDelegateRoutes(app, { operations, tokens, baseUrl: deps.baseUrl, version: deps.version }),
  };
}
