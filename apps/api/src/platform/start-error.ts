/** What the operating system calls a configuration error (EX_CONFIG): the launcher does not start the program again. */
export const CONFIGURATION_EXIT_CODE = 78;

/** The program cannot start, and starting it again changes nothing: what is wrong, why, and what to do about it. */
export class StartError extends Error {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;

  constructor(problem: { what: string; why: string; remedy: string }, options?: ErrorOptions) {
    super(`${problem.what} ${problem.why}`, options);
    this.name = 'StartError';
    this.what = problem.what;
    this.why = problem.why;
    this.remedy = problem.remedy;
  }

  /** Three lines for a person at a terminal. */
  print(): string {
    return `Slipway cannot start: ${this.what}\nWhy: ${this.why}\nWhat to do: ${this.remedy}\n`;
  }
}
