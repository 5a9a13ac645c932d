import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { DiffTarget } from '@prisma/schema-engine-wasm';

// The engine reports a panic to this registry and dies without a word where there is none.
Object.assign(globalThis, {
  PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
});

/**
 * The SQL that turns a database of schema `from` into one of schema `to`; empty when nothing changes. `undefined` for
 * `from` means an empty database. Needs no database: Prisma's own schema engine compares the two texts.
 */
export async function diffSchemas(from: string | undefined, to: string): Promise<string> {
  const { SchemaEngine } = await import('@prisma/schema-engine-wasm');
  const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', to]] }, () => {}, adapter());
  const answer = await engine.diff({
    from: from === undefined ? { tag: 'empty' } : datamodel(from),
    to: datamodel(to),
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  const changed = answer.exitCode === 2;
  return changed ? `${(answer.stdout ?? '').trim()}\n` : '';
}

function datamodel(content: string): DiffTarget {
  return { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] };
}

/** The engine asks the database for its version before anything else, and for nothing more when it compares texts. */
function adapter(): object {
  const connection = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    queryRaw: async () => ({
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [5, 7, 0],
      rows: [[true, 'PostgreSQL 18.4', 180004]],
    }),
    executeRaw: async () => 0,
    executeScript: async () => {},
    startTransaction: async () => {
      throw new Error('comparing schemas needs no database');
    },
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    dispose: async () => {},
  };
  // A stand-in with the few members the engine uses here, not a whole adapter.
  const factory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => connection,
    connectToShadowDb: async () => connection,
  } as unknown as Parameters<typeof bindMigrationAwareSqlAdapterFactory>[0];
  return bindMigrationAwareSqlAdapterFactory(factory);
}
