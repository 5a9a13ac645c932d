import { type Check, runTool } from './check.ts';

/** Checks that programs of others do for us. */
export const programs: readonly Check[] = [
  {
    name: 'types',
    run: async (root) =>
      (
        await Promise.all([
          runTool(root, ['tsc', '-p', 'tsconfig.json'], 'correct the types'),
          runTool(root, ['tsc', '-p', 'apps/web/tsconfig.json'], 'correct the types'),
        ])
      ).flat(),
  },
  {
    name: 'lint',
    run: (root) =>
      runTool(
        root,
        ['oxlint', '--type-aware', '--deny-warnings', '--format=unix'],
        'rules are in .oxlintrc.json; oxlint --fix corrects some',
      ),
  },
  {
    name: 'import graph',
    run: (root) =>
      runTool(
        root,
        [
          'depcruise',
          '--config',
          '.dependency-cruiser.mjs',
          '--output-type',
          'err',
          'apps',
          'packages',
          'tools',
          'bench',
          'e2e',
        ],
        'the layers are in docs/architecture.md, the rules in .dependency-cruiser.mjs',
      ),
  },
  {
    name: 'dead code',
    run: (root) => runTool(root, ['knip', '--no-progress', '--no-config-hints'], 'delete what nobody uses'),
  },
  { name: 'format', run: (root) => runTool(root, ['oxfmt', '--check'], 'run pnpm format') },
];
