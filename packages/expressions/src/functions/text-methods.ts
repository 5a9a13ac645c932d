import { Failure } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { Pattern } from '../pattern/pattern.ts';
import type { Value } from '../values.ts';
import { methodsOf } from './method.ts';
import type { Arguments, Methods } from './method.ts';

/** The methods of Java's String that pipelines use, with Java's meaning. */
export const textMethods: Methods<string> = methodsOf<string>([
  {
    signature: 'toUpperCase()',
    doc: 'In capital letters.',
    arity: [0, 0],
    call: (self) => self.toUpperCase(),
  },
  { signature: 'toLowerCase()', doc: 'In small letters.', arity: [0, 0], call: (self) => self.toLowerCase() },
  {
    signature: 'contains(text)',
    doc: 'Whether the text occurs in it.',
    arity: [1, 1],
    call: (self, args) => self.includes(args.text(0)),
  },
  {
    signature: 'startsWith(text)',
    doc: 'Whether it begins with the text.',
    arity: [1, 1],
    call: (self, args) => self.startsWith(args.text(0)),
  },
  {
    signature: 'endsWith(text)',
    doc: 'Whether it ends with the text.',
    arity: [1, 1],
    call: (self, args) => self.endsWith(args.text(0)),
  },
  {
    signature: 'split(pattern, limit?)',
    doc: 'The list of pieces between matches of a pattern; empty pieces at the end are left out.',
    arity: [1, 2],
    call: split,
  },
  {
    signature: 'substring(from, to?)',
    doc: 'The part from one position up to, not including, another.',
    arity: [1, 2],
    call: substring,
  },
  {
    signature: 'replace(text, by)',
    doc: 'With every occurrence of a text replaced.',
    arity: [2, 2],
    call: replace,
  },
  {
    signature: 'replaceAll(pattern, by)',
    doc: 'With every match of a pattern replaced; $1 stands for a group.',
    arity: [2, 2],
    call: (self, args, budget) => new Pattern(args.text(0), budget).replace(self, args.text(1), false),
  },
  {
    signature: 'replaceFirst(pattern, by)',
    doc: 'With the first match of a pattern replaced.',
    arity: [2, 2],
    call: (self, args, budget) => new Pattern(args.text(0), budget).replace(self, args.text(1), true),
  },
  {
    signature: 'trim()',
    doc: 'Without spaces and line ends at both ends.',
    arity: [0, 0],
    call: (self) => self.trim(),
  },
  { signature: 'strip()', doc: 'The same as trim().', arity: [0, 0], call: (self) => self.trim() },
  { signature: 'length()', doc: 'How many characters it has.', arity: [0, 0], call: (self) => self.length },
  { signature: 'size()', doc: 'The same as length().', arity: [0, 0], call: (self) => self.length },
  {
    signature: 'indexOf(text, from?)',
    doc: 'Where the text first occurs; -1 when it does not.',
    arity: [1, 2],
    call: indexOf,
  },
  {
    signature: 'lastIndexOf(text)',
    doc: 'Where the text last occurs; -1 when it does not.',
    arity: [1, 1],
    call: (self, args) => self.lastIndexOf(args.text(0)),
  },
  { signature: 'charAt(position)', doc: 'The character at a position.', arity: [1, 1], call: charAt },
  {
    signature: 'equals(other)',
    doc: 'Whether the other is the same text, without converting it.',
    arity: [1, 1],
    call: (self, args) => self === args.value(0),
  },
  {
    signature: 'equalsIgnoreCase(text)',
    doc: 'Whether the texts are the same but for capital letters.',
    arity: [1, 1],
    call: equalsIgnoreCase,
  },
  {
    signature: 'isEmpty()',
    doc: 'Whether it has no characters.',
    arity: [0, 0],
    call: (self) => self === '',
  },
  {
    signature: 'isBlank()',
    doc: 'Whether it has nothing but spaces.',
    arity: [0, 0],
    call: (self) => self.trim() === '',
  },
  {
    signature: 'concat(text)',
    doc: 'With another text after it.',
    arity: [1, 1],
    call: (self, args, budget) => budget.fit(self + args.text(0)),
  },
  {
    signature: 'matches(pattern)',
    doc: 'Whether the whole of it matches a pattern.',
    arity: [1, 1],
    call: (self, args, budget) => new Pattern(args.text(0), budget).matches(self),
  },
  { signature: 'hashCode()', doc: 'The hash that Java gives it.', arity: [0, 0], call: hashCode },
  { signature: 'toString()', doc: 'Itself.', arity: [0, 0], call: (self) => self },
]);

function replace(self: string, args: Arguments, budget: Budget): string {
  const [from, to] = [args.text(0), args.text(1)];
  const count = from === '' ? self.length + 1 : self.split(from).length - 1;
  // Counted before it is made: replacing each character by a long text could fill the memory.
  if (self.length + count * Math.max(0, to.length - from.length) > budget.limits.outputBytes) {
    throw new Failure(
      'expression.output_too_large',
      `The value is larger than ${budget.limits.outputBytes / 1024} KB.`,
    );
  }
  return budget.fit(self.replaceAll(from, () => to));
}

function split(self: string, args: Arguments, budget: Budget): Value {
  const limit = args.count > 1 ? args.integer(1) : 0;
  const pieces: string[] = [];
  let from = 0;
  for (const match of new Pattern(args.text(0), budget).all(self)) {
    if (limit > 0 && pieces.length === limit - 1) break;
    budget.spend(1);
    // As Java: a match of nothing at the start makes no piece, nor does one at the end.
    if (match.end === 0 || (match.start === match.end && match.start === self.length)) continue;
    pieces.push(self.slice(from, match.start));
    from = match.end;
  }
  pieces.push(self.slice(from));
  if (limit === 0 && pieces.length > 1) while (pieces.length > 0 && pieces.at(-1) === '') pieces.pop();
  return pieces;
}

function substring(self: string, args: Arguments): string {
  const from = args.integer(0);
  const to = args.count > 1 ? args.integer(1) : self.length;
  if (from < 0 || to > self.length || from > to) throw outside(`substring(${from}, ${to})`, self);
  return self.slice(from, to);
}

function charAt(self: string, args: Arguments): string {
  const at = args.integer(0);
  if (at < 0 || at >= self.length) throw outside(`charAt(${at})`, self);
  return self.charAt(at);
}

function outside(call: string, self: string): Failure {
  return new Failure(
    'expression.index_out_of_range',
    `${call} reaches outside of a text of ${self.length} characters.`,
  );
}

function indexOf(self: string, args: Arguments): number {
  return self.indexOf(args.text(0), args.count > 1 ? args.integer(1) : 0);
}

function equalsIgnoreCase(self: string, args: Arguments): boolean {
  const other = args.value(0);
  return typeof other === 'string' && self.toLowerCase() === other.toLowerCase();
}

function hashCode(self: string, _args: Arguments, budget: Budget): number {
  budget.touch(self.length);
  let hash = 0;
  for (let index = 0; index < self.length; index += 1)
    hash = (Math.imul(hash, 31) + self.charCodeAt(index)) | 0;
  return hash;
}
