/** Slipway cannot be started: what, why, and what the person can do. */
export class LaunchFailure extends Error {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;

  constructor(failure: { what: string; why: string; remedy: string }, options?: ErrorOptions) {
    super(`${failure.what}: ${failure.why}`, options);
    this.name = 'LaunchFailure';
    this.what = failure.what;
    this.why = failure.why;
    this.remedy = failure.remedy;
  }

  /** For a terminal. */
  print(): string {
    return `Slipway cannot start: ${this.what}\nWhy: ${this.why}\nWhat to do: ${this.remedy}`;
  }
}

/** A program of ours ended with the code for "starting again changes nothing", and has said why itself. */
export class ProgramRefused extends Error {
  readonly said: string;

  constructor(program: string, said: string) {
    super(`the ${program} refused to start`);
    this.name = 'ProgramRefused';
    this.said = said;
  }
}
