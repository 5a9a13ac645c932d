import type { RollingRollbackTask, TaskOutcome } from '@slipway/contracts';
import type { ReleaseIndex } from '@slipway/deploy-engine';
import { isClusterError, LeaseEndedError } from '../cluster/cluster-error.ts';
import { DeployFailure } from '../deploy/deploy-failure.ts';
import { toDeployFailure } from '../deploy/explain-refusal.ts';
import { toReleaseReport } from '../deploy/release-report.ts';
import { runRollingRollback } from '../deploy/run-rolling-rollback.ts';
import type { TaskContext, TaskRunner } from './task.ts';

/** Brings a release name back to its last successful release. Doing it again changes nothing. */
export const rollingRollback: TaskRunner<'rolling-rollback'> = {
  kind: 'rolling-rollback',
  run: async (payload: RollingRollbackTask, context: TaskContext): Promise<TaskOutcome> => {
    const reports = new Map<number, ReleaseIndex>();
    const result = () =>
      reports.size === 0
        ? {}
        : { result: { releases: [...reports.values()].map((index) => toReleaseReport(index)) } };
    try {
      const target = await runRollingRollback(payload, context, (release) =>
        reports.set(release.number, release),
      );
      const outputs =
        target === undefined ? {} : { releaseName: target.releaseName, releaseNumber: target.number };
      return { kind: 'succeeded', outputs, ...result() };
    } catch (thrown) {
      const error = isClusterError(thrown) ? toDeployFailure(thrown, 'A request to the cluster') : thrown;
      if (context.signal.aborted || error instanceof LeaseEndedError || !(error instanceof DeployFailure))
        throw error;
      return { kind: 'failed', failure: error.failure, ...result() };
    }
  },
};
