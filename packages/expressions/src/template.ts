import type { Expression, Template } from './ast.ts';
import { Failure, toExpressionError } from './errors.ts';
import type { ExpressionError } from './errors.ts';
import { Budget, defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { Parser } from './parser.ts';

export type ParseResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly error: ExpressionError };

/** Whether a text may hold expressions. */
export function hasExpressions(text: string): boolean {
  return text.includes('<+');
}

/** Cuts a text into plain pieces and parsed expressions, with their offsets. */
export function parseTemplate(text: string, limits: Limits = defaultLimits): ParseResult {
  return parseWithin(text, new Budget(limits));
}

/** As `parseTemplate`, spending from a budget that is shared with others. */
export function parseWithin(text: string, budget: Budget): ParseResult {
  const opened = { at: 0 };
  try {
    return { ok: true, template: cut(text, budget, opened) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ok: false, error: toExpressionError(error, expressionFrom(text, opened.at), opened.at) };
  }
}

function cut(text: string, budget: Budget, opened: { at: number }): Template {
  if (!hasExpressions(text)) return { text, parts: text === '' ? [] : [text] };
  budget.fitInput(text);
  const parser = new Parser(text, budget);
  const parts: (string | Expression)[] = [];
  let from = 0;
  for (let at = text.indexOf('<+'); at >= 0; at = text.indexOf('<+', from)) {
    opened.at = at;
    const expression = parser.parseDelimited(at);
    if (at > from) parts.push(text.slice(from, at));
    parts.push(expression);
    from = expression.end;
  }
  if (from < text.length) parts.push(text.slice(from));
  return { text, parts };
}

/** The expression as far as it can be told when it did not parse. */
function expressionFrom(text: string, at: number): string {
  const end = text.indexOf('>', at);
  return text.slice(at, end < 0 ? at + 300 : end + 1);
}

export interface ListedExpression {
  /** With its delimiters. */
  readonly source: string;
  readonly offset: number;
}

/** The outermost expressions of a text in order; none when the text does not parse. */
export function listExpressions(text: string): readonly ListedExpression[] {
  const parsed = parseTemplate(text);
  if (!parsed.ok) return [];
  return parsed.template.parts.flatMap((part) =>
    typeof part === 'string' ? [] : [{ source: part.source, offset: part.at }],
  );
}
