/** What a resource can be. `failed` means that waiting alone will not help. */
export const readinessStatuses = ['current', 'in-progress', 'failed', 'terminating', 'not-found'] as const;
export type ReadinessStatus = (typeof readinessStatuses)[number];

/** A verdict on one resource: the status, a stable reason word and a sentence with the numbers behind it. */
export interface Verdict {
  status: ReadinessStatus;
  reason: string;
  message: string;
}

export function current(reason: string, message: string): Verdict {
  return { status: 'current', reason, message };
}

export function inProgress(reason: string, message: string): Verdict {
  return { status: 'in-progress', reason, message };
}

export function failed(reason: string, message: string): Verdict {
  return { status: 'failed', reason, message };
}
