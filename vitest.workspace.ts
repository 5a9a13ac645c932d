import type { TestProjectConfiguration } from 'vitest/config';

const node = (name: string, root: string): TestProjectConfiguration => ({
  extends: true,
  test: { name, root, environment: 'node', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] },
});

/** Needs a real Postgres, a real Kubernetes API server or processes; the globals start each of them once for the whole run. */
const integration = (name: string, root: string): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    root,
    environment: 'node',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

export const projects: TestProjectConfiguration[] = [
  node('contracts', './packages/contracts'),
  node('expressions', './packages/expressions'),
  node('pipeline-core', './packages/pipeline-core'),
  node('steps', './packages/steps'),
  node('deploy-engine', './packages/deploy-engine'),
  node('readiness', './packages/readiness'),
  { extends: true, test: { name: 'tools', root: './tools', environment: 'node', include: ['**/*.test.ts'] } },
  integration('postgres', './packages/postgres'),
  integration('sandbox', './packages/sandbox'),
  integration('testing', './packages/testing'),
  integration('api', './apps/api'),
  integration('delegate', './apps/delegate'),
  integration('launcher', './apps/launcher'),
  {
    extends: true,
    test: { name: 'web', root: './apps/web', environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
  },
];
