import type { Template } from './ast.ts';
import { Failure, shorten, toExpressionError } from './errors.ts';
import type { ExpressionError } from './errors.ts';
import { Evaluator } from './evaluator.ts';
import { Budget, defaultLimits, utf8Length } from './limits.ts';
import type { Limits } from './limits.ts';
import { truth } from './operators.ts';
import { Parser } from './parser.ts';
import { parseTemplate } from './template.ts';
import { DeferredText, isList, join, Lazy, TemplateText } from './values.ts';
import type { Scope, ScopeValue, Value } from './values.ts';
import type { Resolve } from './settle.ts';

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
  return guarded(text, options, (limits) => {
    const session = createSession(new Budget(limits));
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
  return guarded(text, options, (limits) => {
    if (text.length > limits.textLength)
      throw new Failure(
        'expression.too_long',
        `A condition may have at most ${limits.textLength} characters.`,
      );
    const session = createSession(new Budget(limits));
    const node = new Parser(text, limits).parseWhole();
    return truth(new Evaluator(text, scope, session.budget, session.resolveIn(scope)).value(node));
  });
}

function guarded<T>(text: string, options: EvaluateOptions, run: (limits: Limits) => T): EvaluateResult<T> {
  try {
    return { ok: true, value: run({ ...defaultLimits, ...options.limits }) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ok: false, error: toExpressionError(error, text, 0, options.place) };
  }
}

/** What the evaluation of one text and of the variables it needs share. */
interface Session {
  readonly budget: Budget;
  text(text: string, scope: Scope): Value;
  resolveIn(scope: Scope): Resolve;
}

function createSession(budget: Budget): Session {
  const active: TemplateText[] = [];
  const resolved = new Map<TemplateText, Value>();
  const made = new Map<Lazy, ScopeValue | undefined>();

  const variable = (template: TemplateText, scope: Scope): Value => {
    const known = resolved.get(template);
    if (known !== undefined) return known;
    if (active.includes(template)) throw cycle([...active.slice(active.indexOf(template)), template]);
    active.push(template);
    try {
      const value = budget.nested(() => session.text(template.text, template.scope ?? scope));
      resolved.set(template, value);
      return value;
    } catch (error) {
      throw error instanceof Failure && template.place !== undefined
        ? error.with({ place: template.place })
        : error;
    } finally {
      active.pop();
    }
  };

  const make = (lazy: Lazy): ScopeValue | undefined => {
    if (!made.has(lazy)) made.set(lazy, makeLazy(lazy));
    return made.get(lazy);
  };

  const session: Session = {
    budget,
    text: (text, scope) => {
      const parsed = parseTemplate(text, budget.limits);
      if (!parsed.ok) throw fromError(parsed.error);
      return evaluateParsed(parsed.template, scope);
    },
    resolveIn: (scope) => (value) => {
      let held = value;
      for (let count = 0; held instanceof Lazy && count < 10; count += 1) held = make(held);
      return held instanceof TemplateText ? variable(held, scope) : held;
    },
  };
  const evaluateParsed = (template: Template, scope: Scope): Value =>
    new Evaluator(template.text, scope, budget, session.resolveIn(scope)).template(template);
  return session;
}

function makeLazy(lazy: Lazy): ScopeValue | undefined {
  try {
    return lazy.make();
  } catch (error) {
    if (error instanceof Failure) throw error;
    // What the source says may hold anything, so it is not repeated.
    throw new Failure('expression.failed', 'The source of this value could not give it.');
  }
}

function cycle(chain: readonly TemplateText[]): Failure {
  const shown = chain.map(({ place, text }) => place ?? shorten(text, 60)).join(' -> ');
  return new Failure('expression.cycle', `This value refers to itself: ${shorten(shown, 400)}.`);
}

function fromError(error: ExpressionError): Failure {
  const { code, message, ...detail } = error;
  return new Failure(code, message, detail);
}

/** Holds a result of many parts to the same limit as one text. */
function checkSize(value: Value, budget: Budget): void {
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
}
