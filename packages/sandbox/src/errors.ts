/** A failure of the sandbox that a person can do something about; `hint` says what. */
export class SandboxError extends Error {
  override name = 'SandboxError';
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
  }
}
