import { expect, it } from 'vitest';
import { paths } from './paths.ts';

it('gives every screen its address', () => {
  const project = { org: 'default', project: 'web shop' };
  const addresses = Object.values(paths).map((path) =>
    // Arguments past those a path takes are ignored.
    typeof path === 'string' ? path : (path as (...words: unknown[]) => string)(project, 'a', 'b'),
  );
  expect(addresses.map((address) => address.replace('/orgs/default/projects/web%20shop', '')))
    .toMatchInlineSnapshot(`
    [
      "/sign-in",
      "",
      "/get-started/a",
      "/executions",
      "/executions/a",
      "/pipelines",
      "/pipelines/new",
      "/pipelines/a",
      "/services",
      "/services/new",
      "/services/a",
      "/environments",
      "/environments/new",
      "/environments/a",
      "/environments/a/infrastructures/new",
      "/environments/a/infrastructures/b",
      "/connectors",
      "/connectors/new",
      "/connectors/a",
      "/delegates",
      "/delegates/install",
      "/delegates/tokens",
      "/delegates/named/a",
      "/secrets",
      "/secrets/new",
      "/secrets/a",
      "/files",
      "/files/new",
      "/files/view/a",
    ]
  `);
});

it('keeps the folders of a file apart', () => {
  expect(paths.file({ org: 'o', project: 'p' }, '/web/a b.yaml')).toBe(
    '/orgs/o/projects/p/files/view/web/a%20b.yaml',
  );
});
