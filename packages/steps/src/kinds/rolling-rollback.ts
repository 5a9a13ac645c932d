import { RollingRollbackSpecSchema } from '@slipway/contracts';
import { maskSecrets } from '@slipway/expressions';
import { accessSecrets, clusterErrorTypes, noCluster } from '../cluster-steps.ts';
import { commonTimeouts } from '../step-kind.ts';
import type { StepKind } from '../step-kind.ts';

/** Brings back the last successful release of the stage's service. */
export const rollingRollback: StepKind = {
  ...commonTimeouts,
  type: 'K8sRollingRollback',
  name: 'Rolling Rollback',
  description:
    'Brings back everything of the last successful release after a Rolling Deployment of the same stage.',
  spec: RollingRollbackSpecSchema,
  capability: 'rolling-rollback',
  needsCluster: true,
  repeatable: true,
  errorTypes: clusterErrorTypes,
  sections: ['Initialize', 'Prepare', 'Rollback', 'Wait for Steady State', 'Prune', 'Wrap Up'],
  outputs: [
    { name: 'releaseName', description: 'The name under which the cluster keeps the release.' },
    { name: 'releaseNumber', description: 'The number of the release that was brought back.' },
  ],
  filesOf: () => [],
  toTask: (spec, { target, step, deployNode }) => {
    if (target === undefined) return noCluster('K8sRollingRollback');
    const { pruningEnabled } = RollingRollbackSpecSchema.parse(maskSecrets(spec));
    return {
      ok: true,
      secrets: accessSecrets(target.access),
      task: {
        kind: 'rolling-rollback',
        payload: {
          ...target,
          step,
          ...(deployNode === undefined ? {} : { deployNode }),
          pruningEnabled: pruningEnabled ?? false,
        },
      },
    };
  },
};
