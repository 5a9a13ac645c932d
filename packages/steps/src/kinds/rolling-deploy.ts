import { RollingDeploySpecSchema } from '@slipway/contracts';
import { maskSecrets } from '@slipway/expressions';
import { accessSecrets, clusterErrorTypes, noCluster } from '../cluster-steps.ts';
import { configurationFailure } from '../failures.ts';
import { commonTimeouts } from '../step-kind.ts';
import type { StepKind } from '../step-kind.ts';

/** Applies the manifests of the stage's service and waits until its workloads are ready. */
export const rollingDeploy: StepKind = {
  ...commonTimeouts,
  type: 'K8sRollingDeploy',
  name: 'Rolling Deployment',
  description: 'Applies the manifests of the service and waits until every workload is ready.',
  spec: RollingDeploySpecSchema,
  capability: 'rolling-deploy',
  needsCluster: true,
  repeatable: true,
  errorTypes: clusterErrorTypes,
  sections: ['Fetch Files', 'Initialize', 'Prepare', 'Apply', 'Wait for Steady State', 'Prune', 'Wrap Up'],
  outputs: [
    { name: 'releaseName', description: 'The name under which the cluster keeps the release.' },
    { name: 'releaseNumber', description: 'The number of the release.' },
  ],
  filesOf: () => [],
  toTask: (spec, inputs) => {
    const { target, manifests } = inputs;
    if (target === undefined) return noCluster('K8sRollingDeploy');
    if (manifests === undefined || manifests.files.length === 0) {
      return {
        ok: false,
        failure: configurationFailure(
          'service.without_manifests',
          'The service has no manifests, so there is nothing to deploy.',
          ['Add a manifest of type K8sManifest to the service.'],
        ),
      };
    }
    const { skipDryRun, pruningEnabled, forceConflicts } = RollingDeploySpecSchema.parse(maskSecrets(spec));
    return {
      ok: true,
      secrets: accessSecrets(target.access),
      task: {
        kind: 'rolling-deploy',
        payload: {
          ...target,
          step: inputs.step,
          manifests: manifests.files,
          skipDryRun: skipDryRun ?? false,
          pruningEnabled: pruningEnabled ?? false,
          forceConflicts: forceConflicts ?? false,
          skipResourceVersioning: manifests.skipResourceVersioning,
          retention: inputs.retention,
        },
      },
    };
  },
};
