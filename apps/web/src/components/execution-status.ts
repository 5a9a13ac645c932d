import type { Status } from '@slipway/contracts';
import type { Tone } from '../ui/Mark.tsx';

interface StatusWords {
  readonly tone: Tone;
  readonly word: string;
}

const words: Readonly<Record<Status, StatusWords>> = {
  SUCCEEDED: { tone: 'ok', word: 'Succeeded' },
  FAILED: { tone: 'fail', word: 'Failed' },
  IGNORE_FAILED: { tone: 'warn', word: 'Failed, ignored' },
  ABORTED: { tone: 'none', word: 'Aborted' },
  ABORTED_BY_FREEZE: { tone: 'none', word: 'Aborted by a freeze' },
  EXPIRED: { tone: 'fail', word: 'Timed out' },
  APPROVAL_REJECTED: { tone: 'fail', word: 'Rejected' },
  SKIPPED: { tone: 'none', word: 'Skipped' },
  ERRORED: { tone: 'fail', word: 'Errored' },
  NOT_STARTED: { tone: 'none', word: 'Not started' },
  QUEUED: { tone: 'wait', word: 'Queued' },
  RUNNING: { tone: 'run', word: 'Running' },
  PAUSING: { tone: 'run', word: 'Pausing' },
  PAUSED: { tone: 'wait', word: 'Paused' },
  RESOURCE_WAITING: { tone: 'wait', word: 'Waiting its turn' },
  TASK_WAITING: { tone: 'run', word: 'Waiting for a delegate' },
  TIMED_WAITING: { tone: 'wait', word: 'Waiting' },
  INPUT_WAITING: { tone: 'wait', word: 'Waiting for input' },
  APPROVAL_WAITING: { tone: 'wait', word: 'Waiting for approval' },
  INTERVENTION_WAITING: { tone: 'wait', word: 'Waiting for a decision' },
  DISCONTINUING: { tone: 'run', word: 'Stopping' },
};

const terminal: ReadonlySet<Status> = new Set<Status>([
  'SUCCEEDED',
  'FAILED',
  'IGNORE_FAILED',
  'ABORTED',
  'ABORTED_BY_FREEZE',
  'EXPIRED',
  'APPROVAL_REJECTED',
  'SKIPPED',
  'ERRORED',
]);

export const statusTone = (status: Status): Tone => words[status].tone;
export const statusWord = (status: Status): string => words[status].word;
export const hasEnded = (status: Status): boolean => terminal.has(status);

/** What the list of executions asks for to show those that run or wait. */
export const liveStatusFilter =
  'QUEUED,RUNNING,PAUSING,PAUSED,RESOURCE_WAITING,TASK_WAITING,TIMED_WAITING,INPUT_WAITING,APPROVAL_WAITING,INTERVENTION_WAITING,DISCONTINUING';
export const failedStatusFilter = 'FAILED,EXPIRED,ERRORED,APPROVAL_REJECTED';
