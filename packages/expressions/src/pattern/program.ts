import { Failure } from '../errors.ts';
import type { Assertion, CharacterSet, Expr } from './syntax.ts';

export type Instruction =
  | { readonly kind: 'set'; readonly set: CharacterSet; readonly ignoreCase: boolean }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'save'; readonly slot: number }
  | { kind: 'split'; first: number; second: number }
  | { kind: 'jump'; to: number }
  | { readonly kind: 'match' };

const mostInstructions = 5000;
// Repeats of something empty emit nothing and would still be walked through a thousand times a thousand.
const mostVisits = 20_000;

function tooLarge(): Failure {
  return new Failure(
    'expression.bad_pattern',
    'This regular expression is too large once its repeats are written out.',
  );
}

/** Compiles to a program whose threads all step through the text together, so that time is bounded by program times text. */
export function compilePattern(expr: Expr): readonly Instruction[] {
  const program: Instruction[] = [];
  const emit = <T extends Instruction>(instruction: T): T => {
    if (program.length >= mostInstructions) throw tooLarge();
    program.push(instruction);
    return instruction;
  };

  const branch = (lazy: boolean): { enter: (at: number) => void; leave: (at: number) => void } => {
    const split = emit({ kind: 'split' as const, first: 0, second: 0 });
    return {
      enter: (at) => (lazy ? (split.second = at) : (split.first = at)),
      leave: (at) => (lazy ? (split.first = at) : (split.second = at)),
    };
  };

  const repeat = (body: Expr, least: number, most: number, lazy: boolean): void => {
    for (let count = 0; count < least; count += 1) visit(body);
    if (most === Infinity) {
      const start = program.length;
      const choice = branch(lazy);
      choice.enter(program.length);
      visit(body);
      emit({ kind: 'jump', to: start });
      choice.leave(program.length);
      return;
    }
    const choices = [];
    for (let count = least; count < most; count += 1) {
      const choice = branch(lazy);
      choice.enter(program.length);
      choices.push(choice);
      visit(body);
    }
    for (const choice of choices) choice.leave(program.length);
  };

  const either = (options: readonly Expr[]): void => {
    const ends: { to: number }[] = [];
    options.forEach((option, index) => {
      if (index === options.length - 1) return visit(option);
      const choice = branch(false);
      choice.enter(program.length);
      visit(option);
      ends.push(emit({ kind: 'jump' as const, to: 0 }));
      choice.leave(program.length);
    });
    for (const end of ends) end.to = program.length;
  };

  let visits = 0;
  const visit = (node: Expr): void => {
    visits += 1;
    if (visits > mostVisits) throw tooLarge();
    switch (node.kind) {
      case 'set':
      case 'assert':
        emit(node);
        return;
      case 'group':
        emit({ kind: 'save', slot: node.index * 2 });
        visit(node.body);
        emit({ kind: 'save', slot: node.index * 2 + 1 });
        return;
      case 'sequence':
        node.items.forEach(visit);
        return;
      case 'either':
        either(node.options);
        return;
      case 'repeat':
        repeat(node.body, node.least, node.most, node.lazy);
        return;
      default:
        node satisfies never;
    }
  };

  emit({ kind: 'save', slot: 0 });
  visit(expr);
  emit({ kind: 'save', slot: 1 });
  emit({ kind: 'match' });
  return program;
}
