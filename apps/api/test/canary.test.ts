import { randomBytes } from 'node:crypto';
import { routeTable, scopePrefixes } from '@slipway/contracts';
import { expect, test } from 'vitest';
import { createTestApi, defaultProject, scopePath } from './harness.ts';
import type { TestApi } from './harness.ts';

const P = scopePath(defaultProject);

/** Every form in which a careless answer would carry it. */
function formsOf(secret: string): string[] {
  return [
    secret,
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('hex'),
    encodeURIComponent(secret),
  ];
}

function secretDocument(value: string): string {
  return `secret:
  name: Canary
  identifier: canary
  type: SecretText
  spec:
    secretManagerIdentifier: harnessSecretManager
    valueType: Inline
    value: ${value}
`;
}

async function plant(api: TestApi): Promise<string[]> {
  const value = `canary-${randomBytes(12).toString('hex')}`;
  for (const scope of ['', P]) {
    const saved = await api.admin.post(`${scope}/secrets`, { raw: secretDocument(value) });
    expect([saved.status, saved.text.includes(value)]).toEqual([201, false]);
  }
  const later = `canary-${randomBytes(12).toString('hex')}`;
  expect((await api.admin.put(`${P}/secrets/canary`, { raw: secretDocument(later) })).status).toBe(200);
  const key = await api.admin.post(`${P}/api-keys`, { body: { name: 'canary', role: '_project_viewer' } });
  const keySecret = String(key.body.value).split('.')[2] ?? '';
  return [value, later, keySecret, api.adminKey].flatMap(formsOf);
}

test('no answer and no row carries a secret once it is saved', async () => {
  await using api = await createTestApi();
  const canaries = await plant(api);
  const found: string[] = [];
  const look = (where: string, text: string): void => {
    if (canaries.some((canary) => text.includes(canary))) found.push(where);
  };
  for (const contract of routeTable.filter(({ method }) => method === 'GET')) {
    for (const prefix of scopePrefixes[contract.scope]) {
      const url = `${prefix}${contract.path}`
        .replaceAll(/:(org|project)\b/g, 'default')
        .replace(':executionId', '019503f2-6f0e-7cc3-98c4-dc0c0c07398f')
        .replaceAll(/:\w+/g, 'canary')
        .replace('*', 'canary');
      for (const accept of ['application/json', 'application/yaml']) {
        const answer = await api.admin.get(url, { headers: { accept } });
        look(`${url} (${accept})`, `${answer.text}${JSON.stringify(answer.headers)}`);
      }
    }
  }
  const { pool } = api.api.database;
  const tables = await pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from "${name}" t`);
    look(`table ${name}`, rows.map(({ row }) => row).join('\n'));
  }
  expect(found).toEqual([]);
});

test('what is wrong with a secret is said without its value', async () => {
  await using api = await createTestApi();
  const value = `canary-${randomBytes(12).toString('hex')}`;
  const wrong = [
    `${secretDocument(value)}    unknown: 1\n`,
    secretDocument(value).replace('SecretText', 'SecretFile'),
    secretDocument(`[${value}]`),
    secretDocument(`${value}: {`),
    secretDocument(value).replace('identifier: canary', 'identifier: 1canary'),
  ];
  for (const raw of wrong) {
    const answer = await api.admin.post('/secrets', { raw });
    expect(answer.status, raw).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain(value);
    const applied = await api.admin.post('/apply', { raw });
    expect(applied.text).not.toContain(value);
  }
});
