import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '@slipway/postgres';

/** One server for a run of vitest, unless `SLIPWAY_TEST_POSTGRES_URL` names one. Returns its end. */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env['SLIPWAY_TEST_POSTGRES_URL'] !== undefined) return async () => {};
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-test-postgres-'));
  chmodSync(folder, 0o755);
  const server = await startPostgres({
    dataDir: folder,
    durable: false,
    settings: { max_connections: '400' },
  });
  process.env['SLIPWAY_TEST_POSTGRES_URL'] = server.url;
  return async () => {
    await server.stop();
    delete process.env['SLIPWAY_TEST_POSTGRES_URL'];
    rmSync(folder, { recursive: true, force: true });
  };
}
