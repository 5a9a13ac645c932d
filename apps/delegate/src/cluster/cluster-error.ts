/** One entry of `details.causes` in a Kubernetes Status. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/**
 * A refusal by the API server. `status` is HTTP's number, `reason` Kubernetes' own word (`NotFound`, `Forbidden`, `Conflict`,
 * `AlreadyExists`, `Invalid`...) or ours: `UnknownKind`, `NotKubernetes` (the answer is no Status), `Redirected`.
 */
export class ClusterError extends Error {
  override name = 'ClusterError';
  readonly status: number;
  readonly reason: string;
  readonly details: StatusDetails;
  /** From the header or the Status. */
  readonly retryAfterMs: number | undefined;

  constructor(fields: {
    status: number;
    reason: string;
    message: string;
    details?: StatusDetails;
    retryAfterMs?: number;
  }) {
    super(fields.message);
    this.status = fields.status;
    this.reason = fields.reason;
    this.details = fields.details ?? {};
    this.retryAfterMs = fields.retryAfterMs;
  }
}

export function isClusterError(error: unknown, status?: number): error is ClusterError {
  return error instanceof ClusterError && (status === undefined || error.status === status);
}

/** The task may write no more: its lease has ended, or it was cancelled. Nothing was sent. */
export class LeaseEndedError extends Error {
  override name = 'LeaseEndedError';
}
