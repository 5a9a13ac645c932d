import type { ConnectionTestResult, Connector, Scope } from '@slipway/contracts';
import type { Database } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import type { RunTaskRequest, TaskRun } from '../tasks/index.ts';
import { keepConnectivity } from '../entities/index.ts';
import type { AuthoredDocument, StoredEntity } from '../entities/index.ts';
import { selectorsOf, toClusterAccess } from './cluster-access.ts';
import { toConnectivity, toTestResult } from './connection-test.ts';

/** The longest a test may take: a hung server uses up the delegate's own deadlines before. */
const testTimeoutMs = 30_000;

export interface ConnectionTestDeps {
  readonly database: Database;
  readonly now: () => Date;
  /** Gives the task to a delegate and waits for its end. */
  readonly runTask: (request: RunTaskRequest) => Promise<TaskRun>;
}

export interface ConnectionTests {
  /** Tests a connector's document as if it were saved in `scope`. */
  readonly test: (connector: Connector, scope: Scope) => Promise<ConnectionTestResult>;
  /** Tests a saved connector and keeps what came of it. */
  readonly testSaved: (entity: StoredEntity) => Promise<ConnectionTestResult>;
  /** Fails unless the document's test passes; gives the function that keeps the result with the connector once it is saved. */
  readonly require: (
    document: AuthoredDocument,
    scope: Scope,
  ) => Promise<(entity: StoredEntity) => Promise<StoredEntity>>;
}

export const connectorOf = (document: Pick<AuthoredDocument, 'tree'>): Connector =>
  // Asked only of documents that passed the schema of connectors.
  (document.tree as { connector: Connector }).connector;

export function createConnectionTests({ database, now, runTask }: ConnectionTestDeps): ConnectionTests {
  const test: ConnectionTests['test'] = async (connector, scope) => {
    const selectors = selectorsOf(connector);
    const payload = {
      access: toClusterAccess(connector, scope),
      skipDefaultNamespace: connector.spec.ignoreTestConnection ?? false,
    };
    const testedAt = now();
    const run = await runTask({
      spec: { kind: 'connection-test', payload },
      scope,
      selectors,
      timeoutMs: testTimeoutMs,
    });
    return toTestResult(run, selectors, { testedAt, durationMs: now().getTime() - testedAt.getTime() });
  };

  const keep = async (entity: StoredEntity, result: ConnectionTestResult): Promise<StoredEntity> => {
    const connectivity = toConnectivity(result, entity.connectivity);
    await database.transaction((tx) => keepConnectivity(tx, entity, connectivity));
    return { ...entity, connectivity };
  };

  return {
    test,
    testSaved: async (entity) => {
      const result = await test(connectorOf({ tree: entity.document }), entity.scope);
      await keep(entity, result);
      return result;
    },
    require: async (document, scope) => {
      const result = await test(connectorOf(document), scope);
      if (result.status !== 'SUCCESS') refuse(result);
      return (entity) => keep(entity, result);
    },
  };
}

/** A test that ran and failed, and one that no delegate could run, differ to the user: only the second may be saved untested. */
function refuse(result: ConnectionTestResult): never {
  const step = result.steps.find((candidate) => candidate.status === 'failed');
  const hint = step?.cause?.hints[0];
  const extras = { details: { result }, ...(hint === undefined ? {} : { hint }) };
  const summary = result.errorSummary ?? 'The connection test did not pass.';
  if (result.status === 'FAILURE')
    return fail('connector.test_failed', `${summary}. The connector is not saved.`, extras);
  return fail(
    'connector.no_delegate',
    `${summary}. The connector is not saved; it can be saved untested.`,
    extras,
  );
}
