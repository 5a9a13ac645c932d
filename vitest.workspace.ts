import path from 'node:path';
import type { TestProjectConfiguration } from 'vitest/config';

const node = (name: string, root: string): TestProjectConfiguration => ({
  extends: true,
  test: { name, root, environment: 'node', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] },
});

/** What is started once for the whole run, before the first test that needs it. */
const globals = {
  postgres: path.resolve(import.meta.dirname, 'packages/testing/src/postgres-global.ts'),
  cluster: path.resolve(import.meta.dirname, 'packages/testing/src/cluster-global.ts'),
  client: path.resolve(import.meta.dirname, 'tools/generate.ts'),
};

/** Needs a real Postgres, a real Kubernetes API server or processes. */
const integration = (
  name: string,
  root: string,
  needs: (keyof typeof globals)[] = [],
): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    root,
    environment: 'node',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: needs.map((need) => globals[need]),
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
  {
    extends: true,
    test: {
      name: 'tools',
      root: './tools',
      environment: 'node',
      include: ['**/*.test.ts'],
      testTimeout: 60_000,
    },
  },
  integration('postgres', './packages/postgres'),
  integration('sandbox', './packages/sandbox'),
  integration('testing', './packages/testing', ['postgres', 'cluster']),
  integration('api', './apps/api', ['postgres', 'client', 'cluster']),
  integration('delegate', './apps/delegate', ['cluster']),
  integration('launcher', './apps/launcher', ['postgres', 'client']),
  {
    extends: true,
    test: { name: 'web', root: './apps/web', environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
  },
];
