/** One entry of `details.causes` in a Kubernetes Status. */
export interface ClusterErrorCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: ClusterErrorCause[];
  retryAfterSeconds?: number;
}

/**
 * A refusal by the API server (`status` is its HTTP code, `reason` Kubernetes' own word: `NotFound`, `Forbidden`, `Conflict`, `Invalid`...)
 * or a failure to reach it (`status` 0, reason `Unreachable`, the network's error as `cause`). Reasons of our own: `UnknownKind` for a kind
 * that is not served, `NotKubernetes` for an answer that no API server gives, `Redirected`.
 */
export class ClusterError extends Error {
  override name = 'ClusterError';
  readonly status: number;
  readonly reason: string;
  readonly details: StatusDetails;
  /** From the header or the Status. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    fields: {
      status: number;
      reason: string;
      details?: StatusDetails;
      retryAfterMs?: number;
      cause?: unknown;
    },
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.status = fields.status;
    this.reason = fields.reason;
    this.details = fields.details ?? {};
    this.retryAfterMs = fields.retryAfterMs;
  }

  get causes(): readonly ClusterErrorCause[] {
    return this.details.causes ?? [];
  }
}

export function isClusterError(error: unknown, status?: number): error is ClusterError {
  return error instanceof ClusterError && (status === undefined || error.status === status);
}

/** The task may write no more: its lease has ended, or it was cancelled. Nothing was sent. */
export class LeaseEndedError extends Error {
  override name = 'LeaseEndedError';
}
