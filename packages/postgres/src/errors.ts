export type PostgresProblem =
  | 'unsupported_platform'
  | 'data_dir_not_writable'
  | 'data_dir_in_use'
  | 'wrong_version'
  | 'port_in_use'
  | 'did_not_start';

/** The embedded server could not be started: `message` says what and why, `hint` what to do about it. */
export class PostgresStartError extends Error {
  readonly problem: PostgresProblem;
  readonly hint: string;

  constructor(problem: PostgresProblem, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PostgresStartError';
    this.problem = problem;
    this.hint = hint;
  }
}

/** The `code` of a system error such as `EACCES`, or `undefined` for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A failure of the server itself, with what it said. */
export function didNotStart(message: string): PostgresStartError {
  return new PostgresStartError(
    'did_not_start',
    message,
    'Read the whole log in the data directory (server.log); free disk space and memory are the usual causes. DATABASE_URL uses a server of yours instead.',
  );
}
