import { Failure } from './errors.ts';

/** What one evaluation may use before it is stopped. */
export interface Limits {
  /** Longest text that is parsed, in UTF-16 units. */
  readonly textLength: number;
  /** Work of one call, of all texts of a tree together; about one per operation and one more per 64 characters touched. */
  readonly steps: number;
  /** Deepest nesting of an expression, of a value, and of variables that refer to variables. */
  readonly depth: number;
  /** Largest result, in UTF-8 bytes. */
  readonly outputBytes: number;
  /** Largest sum of the results of a tree, in UTF-8 bytes. */
  readonly resultsBytes: number;
}

export const defaultLimits: Limits = {
  textLength: 1_048_576,
  steps: 1_000_000,
  depth: 200,
  outputBytes: 262_144,
  resultsBytes: 4_194_304,
};

/** Counts what is used of the limits; every loop over user-controlled data spends from it. */
export class Budget {
  readonly limits: Limits;
  #steps: number;
  #depth = 0;
  #resultBytes = 0;

  constructor(limits: Limits) {
    this.limits = limits;
    this.#steps = limits.steps;
  }

  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) {
      throw new Failure('expression.too_many_steps', 'This takes too many steps to evaluate.', {
        hint: `Make it smaller: one value may take at most ${this.limits.steps} steps.`,
      });
    }
  }

  /** Spends for touching `length` characters or elements. */
  touch(length: number): void {
    this.spend(1 + Math.ceil(length / 64));
  }

  nested<T>(run: () => T): T {
    if (this.#depth >= this.limits.depth) {
      throw new Failure('expression.too_deep', `This is nested deeper than ${this.limits.depth} levels.`);
    }
    this.#depth += 1;
    try {
      return run();
    } finally {
      this.#depth -= 1;
    }
  }

  /** Fails when a text is too long to be parsed. */
  fitInput(text: string): void {
    if (text.length <= this.limits.textLength) return;
    throw new Failure(
      'expression.too_long',
      `A text with expressions may have at most ${this.limits.textLength} characters.`,
    );
  }

  /** Counts one result of several; together they may be `resultsBytes` large. */
  fitTotal(bytes: number): void {
    this.#resultBytes += bytes;
    if (this.#resultBytes <= this.limits.resultsBytes) return;
    throw new Failure(
      'expression.output_too_large',
      `The values are together larger than ${this.limits.resultsBytes / 1024} KB.`,
    );
  }

  /** Gives the text back when it may still grow into a result, and fails when it is too large. */
  fit(text: string): string {
    // The exact count is taken only when the cheap bounds (1 and 3 bytes per unit) leave it open.
    const tooLarge =
      text.length > this.limits.outputBytes ||
      (text.length * 3 > this.limits.outputBytes && utf8Length(text) > this.limits.outputBytes);
    if (tooLarge) {
      throw new Failure(
        'expression.output_too_large',
        `The value is larger than ${this.limits.outputBytes / 1024} KB.`,
      );
    }
    this.touch(text.length);
    return text;
  }
}

export function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}
