import { Failure, toExpressionError } from './errors.ts';
import type { ExpressionError } from './errors.ts';
import { Evaluator } from './evaluator.ts';
import { Budget, defaultLimits, utf8Length } from './limits.ts';
import type { Limits } from './limits.ts';
import { truth } from './operators.ts';
import { Parser } from './parser.ts';
import { createSession } from './session.ts';
import type { Session } from './session.ts';
import { DeferredText, isList, join } from './values.ts';
import type { Scope, Value } from './values.ts';

export interface EvaluateOptions {
  /** Dotted path of the field that holds the text; goes into errors. */
  readonly place?: string;
  readonly limits?: Partial<Limits>;
  /** Gives a text even when the text is one expression of another kind, as fields that hold texts need it. */
  readonly asText?: boolean;
}

export type EvaluateResult<T = Value> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ExpressionError };

/**
 * Resolves the expressions of a text. A text that is one expression gives that expression's value (a number, a list, a
 * map ...); any other gives a text. Never throws for what the text or the scope's data hold.
 */
export function evaluateTemplate(text: string, scope: Scope, options: EvaluateOptions = {}): EvaluateResult {
  return evaluateIn(createSession(budgetOf(options)), text, scope, options);
}

/** As `evaluateTemplate`, sharing work and limits with the other texts of a session. */
export function evaluateIn(
  session: Session,
  text: string,
  scope: Scope,
  options: EvaluateOptions,
): EvaluateResult {
  return guarded(text, options, () => {
    const given = session.text(text, scope);
    const value = options.asText === true ? join([given], session.budget) : given;
    checkSize(value, session.budget);
    return value;
  });
}

/**
 * Decides a condition: a text that is an expression as a whole, such as `<+env.type> == "Production"` or
 * `<+pipeline.variables.deploy>`. Texts count as true unless they are "false" or empty.
 */
export function evaluateCondition(
  text: string,
  scope: Scope,
  options: EvaluateOptions = {},
): EvaluateResult<boolean> {
  return guarded(text, options, () => {
    const { budget, resolveIn } = createSession(budgetOf(options));
    budget.fitInput(text);
    const node = new Parser(text, budget).parseWhole();
    return truth(new Evaluator(text, scope, budget, resolveIn(scope)).value(node));
  });
}

function budgetOf({ limits }: EvaluateOptions): Budget {
  return new Budget({ ...defaultLimits, ...limits });
}

function guarded<T>(text: string, { place }: EvaluateOptions, run: () => T): EvaluateResult<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ok: false, error: toExpressionError(error, text, 0, place) };
  }
}

/** Holds a result of many parts to the same limit as one text. */
function checkSize(value: Value, budget: Budget): void {
  budget.fitTotal(bytesOf(value, budget));
}

function bytesOf(value: Value, budget: Budget): number {
  const open: Value[] = [value];
  let bytes = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') bytes += utf8Length(budget.fit(next));
    if (next instanceof DeferredText)
      open.push(...next.parts.map((part) => (part.kind === 'text' ? part.text : part.ref)));
    else if (next !== null && typeof next === 'object') {
      // Not spread into push: a list may be longer than a call may have arguments.
      for (const [key, item] of Object.entries<Value>(next)) open.push(item, isList(next) ? null : key);
    }
    bytes += 1;
    if (bytes > budget.limits.outputBytes) {
      throw new Failure(
        'expression.output_too_large',
        `The value is larger than ${budget.limits.outputBytes / 1024} KB.`,
      );
    }
  }
  return bytes;
}
