import type { RollingDeployTask, TaskOutcome } from '@slipway/contracts';
import { at } from '@slipway/deploy-engine';
import type { KubernetesObject, ReleaseIndex } from '@slipway/deploy-engine';
import { isClusterError, LeaseEndedError } from '../cluster/cluster-error.ts';
import { DeployFailure } from '../deploy/deploy-failure.ts';
import { toDeployFailure } from '../deploy/explain-refusal.ts';
import { runRollingDeploy } from '../deploy/run-rolling-deploy.ts';
import { toReleaseReport } from '../deploy/release-report.ts';
import type { TaskContext, TaskRunner } from './task.ts';

/** Deploys manifests and waits for their steady state. Doing it again changes nothing that is as it should be. */
export const rollingDeploy: TaskRunner<'rolling-deploy'> = {
  kind: 'rolling-deploy',
  run: async (payload: RollingDeployTask, context: TaskContext): Promise<TaskOutcome> => {
    const releases = new Map<number, ReleaseIndex>();
    const newest = (): ReleaseIndex | undefined => [...releases.values()].at(-1);
    const onRelease = (release: ReleaseIndex): void => {
      // The one of this step is told last, and stays last.
      releases.delete(release.number);
      releases.set(release.number, release);
    };
    try {
      const pods = await runRollingDeploy(payload, context, onRelease);
      return { kind: 'succeeded', outputs: outputsOf(newest(), pods), ...resultOf(releases) };
    } catch (thrown) {
      const error = isClusterError(thrown) ? toDeployFailure(thrown, 'A request to the cluster') : thrown;
      if (context.signal.aborted || error instanceof LeaseEndedError || !(error instanceof DeployFailure))
        throw error;
      return {
        kind: 'failed',
        failure: error.failure,
        outputs: outputsOf(newest(), []),
        ...resultOf(releases),
      };
    }
  },
};

function resultOf(releases: ReadonlyMap<number, ReleaseIndex>): Pick<TaskOutcome, 'result'> {
  if (releases.size === 0) return {};
  return { result: { releases: [...releases.values()].map((release) => toReleaseReport(release)) } };
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
