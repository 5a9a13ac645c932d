import type { Template } from './ast.ts';
import { Failure, shorten } from './errors.ts';
import type { ExpressionError } from './errors.ts';
import { Evaluator } from './evaluator.ts';
import type { Budget } from './limits.ts';
import type { Resolve } from './settle.ts';
import { parseWithin } from './template.ts';
import { Lazy, TemplateText } from './values.ts';
import type { Scope, ScopeValue, Value } from './values.ts';

/** What the evaluation of several texts and of the variables they need share: each variable is worked out once. */
export interface Session {
  readonly budget: Budget;
  readonly text: (text: string, scope: Scope) => Value;
  readonly resolveIn: (scope: Scope) => Resolve;
}

export function createSession(budget: Budget): Session {
  const active: TemplateText[] = [];
  const resolved = new Map<TemplateText, Value>();
  const made = new Map<Lazy, ScopeValue | undefined>();

  const variable = (template: TemplateText, scope: Scope): Value => {
    const known = resolved.get(template);
    if (known !== undefined) return known;
    const begun = active.findIndex((other) => isSame(other, template));
    if (begun >= 0) throw cycle([...active.slice(begun), template]);
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
      const parsed = parseWithin(text, budget);
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

/** A scope that is made anew for every lookup makes its texts anew, too: then the place tells that they are one. */
function isSame(one: TemplateText, other: TemplateText): boolean {
  return one === other || (one.place !== undefined && one.place === other.place && one.text === other.text);
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
