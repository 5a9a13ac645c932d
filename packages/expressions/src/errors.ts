/** Every way in which an expression can fail, with what it means. */
export const expressionErrorCodes = {
  'expression.syntax': 'The text between <+ and > is not an expression.',
  'expression.unclosed': 'An expression was opened with <+ and never closed.',
  'expression.too_long': 'The text is longer than is read for expressions.',
  'expression.too_deep': 'Nesting is deeper than allowed.',
  'expression.too_many_steps': 'Evaluation took more work than allowed.',
  'expression.output_too_large': 'The result is larger than allowed.',
  'expression.unknown_variable': 'No such variable exists at this place.',
  'expression.unknown_function': 'No such function or method exists for this kind of value.',
  'expression.wrong_arguments': 'A function was called with too few, too many or unfit arguments.',
  'expression.wrong_type': 'An operation does not work on this kind of value.',
  'expression.null_value': 'A value that is null was used as if it were there.',
  'expression.index_out_of_range': 'A position lies outside of the list or text.',
  'expression.division_by_zero': 'A number was divided by zero.',
  'expression.number_out_of_range': 'A number is too large to be exact.',
  'expression.bad_pattern': 'A regular expression is not valid or not supported.',
  'expression.bad_json': 'A text that should be JSON is not.',
  'expression.bad_path': 'A JSON path is not valid or not supported.',
  'expression.bad_secret_reference': 'A secret is referred to in a form that cannot name one.',
  'expression.secret_not_readable':
    'A secret was used where its value would have to be known before the delegate runs.',
  'expression.cycle': 'A variable refers to itself, directly or through others.',
  'expression.runtime_input': 'A runtime input marker stands where a value is needed.',
  'expression.not_supported': 'A known function that is not supported yet.',
  'expression.failed': 'The source of a value could not give it.',
} as const;

export type ExpressionErrorCode = keyof typeof expressionErrorCodes;

/** One failed expression: what is wrong, in which expression, where, and what to do. */
export interface ExpressionError {
  readonly code: ExpressionErrorCode;
  /** A sentence that is safe to show: it never holds a secret, since secrets are never known here. */
  readonly message: string;
  /** The whole expression with its delimiters, shortened when very long. */
  readonly expression: string;
  /** Where in the text the problem lies, in UTF-16 units. */
  readonly offset: number;
  readonly hint?: string;
  /** Dotted path of the field that holds the text, when the caller named it. */
  readonly place?: string;
  /** For an unknown variable: the longest part that does exist ('' when not even the first does). */
  readonly existing?: string;
  /** For an unknown name: names that are like it. */
  readonly suggestions?: readonly string[];
}

export interface FailureDetail {
  readonly hint?: string;
  readonly offset?: number;
  readonly existing?: string;
  readonly suggestions?: readonly string[];
  readonly place?: string;
  readonly expression?: string;
}

/** Unwinds an evaluation; it never leaves the package, where it becomes an ExpressionError. */
export class Failure extends Error {
  readonly code: ExpressionErrorCode;
  detail: FailureDetail;

  constructor(code: ExpressionErrorCode, message: string, detail: FailureDetail = {}) {
    super(message);
    this.name = 'ExpressionFailure';
    this.code = code;
    this.detail = detail;
  }

  /** Adds what an outer layer knows; what an inner layer said stays. */
  with(detail: FailureDetail): this {
    this.detail = { ...detail, ...this.detail };
    return this;
  }
}

const longestShown = 200;

export function shorten(text: string, length: number = longestShown): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}

export function toExpressionError(
  failure: Failure,
  expression: string,
  offset: number,
  place?: string,
): ExpressionError {
  const { hint, existing, suggestions } = failure.detail;
  const shownPlace = failure.detail.place ?? place;
  return {
    code: failure.code,
    message: failure.message,
    expression: shorten(failure.detail.expression ?? expression),
    offset: failure.detail.offset ?? offset,
    ...(hint === undefined ? {} : { hint }),
    ...(shownPlace === undefined ? {} : { place: shownPlace }),
    ...(existing === undefined ? {} : { existing }),
    ...(suggestions === undefined ? {} : { suggestions }),
  };
}
