import { z } from 'zod';

export const terminalStatuses = [
  'SUCCEEDED',
  'FAILED',
  'IGNORE_FAILED',
  'ABORTED',
  'ABORTED_BY_FREEZE',
  'EXPIRED',
  'APPROVAL_REJECTED',
  'SKIPPED',
  'ERRORED',
] as const;
export const liveStatuses = [
  'NOT_STARTED',
  'QUEUED',
  'RUNNING',
  'PAUSING',
  'PAUSED',
  'RESOURCE_WAITING',
  'TASK_WAITING',
  'TIMED_WAITING',
  'INPUT_WAITING',
  'APPROVAL_WAITING',
  'INTERVENTION_WAITING',
  'DISCONTINUING',
] as const;

export const TerminalStatusSchema = z.enum(terminalStatuses);
export type TerminalStatus = z.infer<typeof TerminalStatusSchema>;

/** The closed list of statuses of an execution and of each of its nodes. */
export const StatusSchema = z.enum([...terminalStatuses, ...liveStatuses]);
export type Status = z.infer<typeof StatusSchema>;

export function isTerminal(status: Status): status is TerminalStatus {
  return (terminalStatuses as readonly string[]).includes(status);
}
