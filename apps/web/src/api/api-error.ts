import type { Problem } from '@slipway/contracts';

/** What the API refused or failed at, or that it could not be reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem | null;

  constructor(status: number, problem: Problem | null, options?: ErrorOptions) {
    super(
      problem?.detail ??
        problem?.title ??
        (status === 0 ? 'Slipway cannot be reached' : `Slipway answered ${status}`),
      options,
    );
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }

  get code(): string {
    return this.problem?.code ?? (this.status === 0 ? 'network' : 'internal');
  }

  /** Absent when no server answered. */
  get requestId(): string | undefined {
    return this.problem?.instance;
  }
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError;

/** Whether asking again might help. */
export const isTransient = (error: unknown): boolean =>
  isApiError(error) &&
  (error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504);
