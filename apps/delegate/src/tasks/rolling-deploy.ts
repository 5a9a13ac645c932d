import type { RollingDeployTask, TaskOutcome } from '@slipway/contracts';
import { at } from '@slipway/deploy-engine';
import type { KubernetesObject, ReleaseIndex } from '@slipway/deploy-engine';
import { LeaseEndedError } from '../cluster/cluster-error.ts';
import { DeployFailure } from '../deploy/deploy-failure.ts';
import { runRollingDeploy } from '../deploy/run-rolling-deploy.ts';
import { toReleaseReport } from '../deploy/release-report.ts';
import type { TaskContext, TaskRunner } from './task.ts';

/** Deploys manifests and waits for their steady state. Doing it again changes nothing that is as it should be. */
export const rollingDeploy: TaskRunner<'rolling-deploy'> = {
  kind: 'rolling-deploy',
  run: async (payload: RollingDeployTask, context: TaskContext): Promise<TaskOutcome> => {
    const known: { release?: ReleaseIndex } = {};
    const onRelease = (release: ReleaseIndex): void => {
      known.release = release;
    };
    try {
      const pods = await runRollingDeploy(payload, context, onRelease);
      return { kind: 'succeeded', outputs: outputsOf(known.release, pods), ...resultOf(known.release) };
    } catch (error) {
      if (context.signal.aborted || error instanceof LeaseEndedError || !(error instanceof DeployFailure))
        throw error;
      return {
        kind: 'failed',
        failure: error.failure,
        outputs: outputsOf(known.release, []),
        ...resultOf(known.release),
      };
    }
  },
};

function resultOf(release: ReleaseIndex | undefined): Pick<TaskOutcome, 'result'> {
  return release === undefined ? {} : { result: { releases: [toReleaseReport(release)] } };
}

function outputsOf(
  release: ReleaseIndex | undefined,
  pods: readonly KubernetesObject[],
): Record<string, unknown> {
  if (release === undefined) return {};
  const instances = pods.slice(0, 500).map((pod) => ({
    name: pod.metadata.name,
    namespace: pod.metadata.namespace,
    releaseName: release.releaseName,
    podIP: at(pod, 'status', 'podIP'),
  }));
  return {
    releaseName: release.releaseName,
    releaseNumber: release.number,
    deploymentInfoOutcome: { serverInstanceInfoList: instances },
  };
}
