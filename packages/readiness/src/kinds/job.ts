import { at, conditionOf, numberAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, failed, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** Conditions: https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/job/job_controller.go */
export function computeJob(job: Resource): Verdict {
  const complete = conditionOf(job, 'Complete');
  if (complete?.status === 'True') return current('Complete', 'It ran to its end.');
  const failure = conditionOf(job, 'Failed') ?? conditionOf(job, 'FailureTarget');
  if (failure?.status === 'True') return failed(failure.reason || 'Failed', failure.message || 'It failed.');
  if (at(job, 'spec', 'suspend') === true) {
    return current('Suspended', 'It is suspended and runs when somebody resumes it.');
  }
  const wanted = numberAt(job, ['spec', 'completions'], 1);
  const succeeded = numberAt(job, ['status', 'succeeded'], 0);
  const failures = numberAt(job, ['status', 'failed'], 0);
  const attempts = failures > 0 ? `, ${failures} failed` : '';
  return inProgress('Running', `${succeeded} of ${wanted} completions${attempts}.`);
}
