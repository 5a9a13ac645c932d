import { errors } from '@slipway/contracts';
import type { ErrorCode, ErrorDetail } from '@slipway/contracts';

export interface FailureExtras {
  /** What the reader can do about it. */
  readonly hint?: string;
  /** Which parts of the request are wrong. */
  readonly errors?: readonly ErrorDetail[];
  /** Structured facts of this code, safe to show. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** For the log only; never leaves the process otherwise. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
}

/** A failure that the caller is told about. `message` is safe to show; `context` and `cause` stay in the log. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly errors: readonly ErrorDetail[] | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly context: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, extras: FailureExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = extras.hint;
    this.errors = extras.errors;
    this.details = extras.details;
    this.context = extras.context;
    this.retryAfter = extras.retryAfter;
  }

  get status(): number {
    return errors[this.code].status;
  }

  /** What may be shown. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

export function fail(code: ErrorCode, message: string, extras: FailureExtras = {}): never {
  throw new AppError(code, message, extras);
}
