import { scopeOf } from '@slipway/expressions';
import type { TaskInputs } from '../src/index.ts';

export const place = 'stages.deploy.spec.execution.steps.x';

export const scope = scopeOf({
  env: { name: 'dev' },
  pipeline: { variables: { count: 3, timeout: '2m', tags: { a: 1 } } },
});

/** Inputs of a stage that deploys, with what a test is about put over them. */
export function sampleInputs(changes: Partial<TaskInputs> = {}): TaskInputs {
  return {
    place,
    scope,
    handleOf: (reference) => `project/default/default:${reference}`,
    step: { executionId: 'e1', node: 'deploy.x', pipeline: 'p', sequence: 7, startedBy: 'ada' },
    target: {
      access: { type: 'inherit' },
      namespace: 'web',
      releaseName: 'release-1',
      owner: { installation: 'i', service: 's', environment: 'dev', infrastructure: 'k8s' },
    },
    manifests: { files: [{ path: 'web.yaml', content: 'kind: ConfigMap' }], skipResourceVersioning: false },
    retention: 10,
    files: new Map(),
    ...changes,
  };
}
