import { expect, test } from 'vitest';
import { createTestApi } from './harness.ts';

test('a first start makes an organization and a project', async () => {
  await using api = await createTestApi();
  const orgs = await api.admin.get('/orgs');
  expect(orgs.status).toBe(200);
  expect(orgs.body.items.map((item: { identifier: string }) => item.identifier)).toEqual(['default']);
});
