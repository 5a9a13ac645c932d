import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { startPostgres } from '@slipway/postgres';
import { expect, test } from 'vitest';
import { composeApi } from '../src/compose.ts';
import { readConfig } from '../src/platform/config.ts';
import { createLogger } from '../src/platform/log.ts';
import { prepareDatabase } from '../src/prepare-database.ts';

test('the API outlives its database, says so meanwhile, and goes on', async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'slipway-outage-'));
  chmodSync(dataDir, 0o755);
  const key = `test-${randomBytes(16).toString('hex')}`;
  let server = await startPostgres({ dataDir, durable: false });
  const { port, url } = server;
  const config = readConfig({
    DATABASE_URL: url,
    SLIPWAY_MASTER_KEY: randomBytes(32).toString('base64'),
    SLIPWAY_BOOTSTRAP_API_KEY: key,
    SLIPWAY_LOG_LEVEL: 'silent',
  });
  await prepareDatabase(url);
  const api = await composeApi({ config, log: createLogger(config, 'api') });
  const ask = (address: string) => api.app.inject({ url: address, headers: { 'x-api-key': key } });
  try {
    expect((await ask('/api/v1/orgs')).statusCode).toBe(200);
    await server.stop();
    const meanwhile = await ask('/api/v1/orgs');
    expect([meanwhile.statusCode, meanwhile.json().code]).toEqual([503, 'service.unavailable']);
    expect((await ask('/readyz')).statusCode).toBe(503);
    expect((await ask('/healthz')).statusCode).toBe(200);

    server = await startPostgres({ dataDir, durable: false, port });
    await expect
      .poll(async () => (await ask('/readyz')).statusCode, { timeout: 20_000, interval: 100 })
      .toBe(200);
    expect((await ask('/api/v1/orgs')).statusCode).toBe(200);
    const listening =
      "select count(*)::int as n from pg_stat_activity where application_name = 'slipway-notifications'";
    const connections = async () => (await api.database.pool.query<{ n: number }>(listening)).rows[0]?.n;
    await expect.poll(connections, { timeout: 20_000, interval: 100 }).toBe(1);
  } finally {
    await api.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
