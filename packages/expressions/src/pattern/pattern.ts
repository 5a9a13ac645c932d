import { Failure } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { contains, isWord } from './classes.ts';
import { parsePattern } from './parse.ts';
import { compilePattern } from './program.ts';
import type { Instruction } from './program.ts';
import type { Assertion, CharacterSet } from './syntax.ts';

type Slots = readonly (number | undefined)[];

interface Thread {
  readonly at: number;
  readonly slots: Slots;
}

/** Where a match lies; `groups[0]` is the whole. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

const threadsPerStep = 4;

/** A regular expression in Java's words that runs in time bounded by its own length times that of the text. */
export class Pattern {
  readonly #program: readonly Instruction[];
  readonly #groups: number;
  readonly #budget: Budget;

  constructor(source: string, budget: Budget) {
    const { expr, groups } = parsePattern(source);
    this.#program = compilePattern(expr);
    this.#groups = groups;
    this.#budget = budget;
    budget.spend(1 + this.#program.length / threadsPerStep);
  }

  /** Whether the whole text matches. */
  matches(text: string): boolean {
    return this.#run(text, 0, 'whole') !== undefined;
  }

  /** The first match at or after `from`. */
  find(text: string, from = 0): Match | undefined {
    const slots = this.#run(text, from, 'anywhere');
    const [start, end] = slots ?? [];
    if (slots === undefined || start === undefined || end === undefined) return undefined;
    const groups = Array.from({ length: this.#groups + 1 }, (_, index) => {
      const [low, high] = [slots[index * 2], slots[index * 2 + 1]];
      return low === undefined || high === undefined ? undefined : text.slice(low, high);
    });
    return { start, end, groups };
  }

  /** Every match, none overlapping another. */
  *all(text: string): Generator<Match> {
    let from = 0;
    while (from <= text.length) {
      const match = this.find(text, from);
      if (match === undefined) return;
      yield match;
      from = match.end > match.start ? match.end : match.end + width(text, match.end);
    }
  }

  /** The text with matches replaced; `$1` in the replacement stands for a group, `\$` for a dollar, as in Java. */
  replace(text: string, replacement: string, once: boolean): string {
    const pieces: string[] = [];
    let length = 0;
    let from = 0;
    for (const match of this.all(text)) {
      const piece = text.slice(from, match.start) + fillIn(replacement, match.groups);
      length += piece.length;
      if (length > this.#budget.limits.outputBytes) this.#budget.fit(' '.repeat(length));
      pieces.push(piece);
      from = match.end;
      if (once) break;
    }
    return this.#budget.fit(pieces.join('') + text.slice(from));
  }

  #run(text: string, from: number, mode: 'whole' | 'anywhere'): Slots | undefined {
    let found: Slots | undefined;
    let threads: Thread[] = [];
    for (let position = from; ;) {
      const seen = new Set<number>();
      const current: Thread[] = [];
      for (const thread of threads) this.#follow(thread, text, position, seen, current);
      const mayStart = found === undefined && (mode === 'anywhere' || position === from);
      if (mayStart) this.#follow({ at: 0, slots: [] }, text, position, seen, current);
      if (current.length === 0 && (mode === 'whole' || found !== undefined)) return found;
      const point = text.codePointAt(position);
      const next: Thread[] = [];
      let work = 1 + seen.size;
      for (const thread of current) {
        const instruction = this.#program[thread.at];
        if (instruction?.kind === 'set') work += instruction.set.ranges.length / 4;
        if (instruction?.kind === 'match') {
          if (mode === 'whole' && position < text.length) continue;
          found = thread.slots;
          // Threads after this one are less preferred: they are given up.
          break;
        }
        if (instruction?.kind === 'set' && point !== undefined && accepts(instruction, point)) {
          next.push({ at: thread.at + 1, slots: thread.slots });
        }
      }
      this.#budget.spend(work / threadsPerStep);
      if (position >= text.length) return found;
      threads = next;
      position += width(text, position);
    }
  }

  /** Adds the threads that one leads to without reading a character, most preferred first. */
  #follow(start: Thread, text: string, position: number, seen: Set<number>, out: Thread[]): void {
    const open: Thread[] = [start];
    for (let thread = open.pop(); thread !== undefined; thread = open.pop()) {
      const { at, slots } = thread;
      const instruction = this.#program[at];
      if (seen.has(at) || instruction === undefined) continue;
      seen.add(at);
      if (instruction.kind === 'jump') {
        open.push({ at: instruction.to, slots });
      } else if (instruction.kind === 'split') {
        open.push({ at: instruction.second, slots }, { at: instruction.first, slots });
      } else if (instruction.kind === 'save') {
        const saved = [...slots];
        saved[instruction.slot] = position;
        open.push({ at: at + 1, slots: saved });
      } else if (instruction.kind === 'assert') {
        if (holds(instruction.what, text, position)) open.push({ at: at + 1, slots });
      } else {
        out.push(thread);
      }
    }
  }
}

function width(text: string, position: number): number {
  return (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
}

function accepts({ set, ignoreCase }: { set: CharacterSet; ignoreCase: boolean }, point: number): boolean {
  if (contains(set, point)) return true;
  if (!ignoreCase) return false;
  const character = String.fromCodePoint(point);
  return [character.toLowerCase(), character.toUpperCase()].some((other) =>
    contains(set, other.codePointAt(0) ?? 0),
  );
}

function holds(what: Assertion, text: string, position: number): boolean {
  switch (what) {
    case 'start':
      return position === 0;
    case 'text-end':
      return position === text.length;
    case 'end':
      return position === text.length || (position === text.length - 1 && text[position] === '\n');
    case 'line-start':
      return position === 0 || text[position - 1] === '\n';
    case 'line-end':
      return position === text.length || text[position] === '\n';
    case 'word-boundary':
    case 'no-word-boundary': {
      const before = position === 0 ? undefined : text.charCodeAt(position - 1);
      const boundary = isWord(before) !== isWord(text.codePointAt(position));
      return boundary === (what === 'word-boundary');
    }
    default:
      return what satisfies never;
  }
}

function fillIn(replacement: string, groups: Match['groups']): string {
  return replacement.replaceAll(
    /\\(.)|\$(\d)|\$|\\$/gs,
    (written: string, escaped: string | undefined, group: string | undefined) => {
      if (escaped !== undefined) return escaped;
      if (group === undefined) throw badReplacement(written);
      if (Number(group) >= groups.length) throw badReplacement(written);
      return groups[Number(group)] ?? '';
    },
  );
}

function badReplacement(written: string): Failure {
  return new Failure(
    'expression.bad_pattern',
    `The replacement has ${written} where no group of that number exists.`,
    {
      hint: 'Write \\$ for a dollar sign.',
    },
  );
}
