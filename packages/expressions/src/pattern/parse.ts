import { Failure } from '../errors.ts';
import { anyButLineEnd, anyCharacter, contains, properties, setOf, shorthands } from './classes.ts';
import type { CharacterSet, Expr } from './syntax.ts';

const deepestGroup = 50;
const longestPattern = 2000;
const mostRepeats = 1000;
export const mostGroups = 30;

const controls: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['t', 0x09],
  ['r', 0x0d],
  ['f', 0x0c],
  ['a', 0x07],
  ['e', 0x1b],
]);

export interface ParsedPattern {
  readonly expr: Expr;
  readonly groups: number;
}

/** Parses Java's pattern language without what cannot run in bounded time: back references and looking around. */
export function parsePattern(source: string): ParsedPattern {
  if (source.length > longestPattern) throw bad(`it is longer than ${longestPattern} characters`);
  const parser = new PatternParser(source);
  return { expr: parser.parse(), groups: parser.groups };
}

function bad(problem: string, hint?: string): Failure {
  return new Failure(
    'expression.bad_pattern',
    `This is not a usable regular expression: ${problem}.`,
    hint === undefined ? {} : { hint },
  );
}

class PatternParser {
  readonly #source: string;
  #at = 0;
  #depth = 0;
  #ignoreCase = false;
  #dotAll = false;
  #multiline = false;
  groups = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Expr {
    const expr = this.#either();
    if (this.#at < this.#source.length) throw bad('a ) closes nothing');
    return expr;
  }

  #peek(): string | undefined {
    const point = this.#source.codePointAt(this.#at);
    return point === undefined ? undefined : String.fromCodePoint(point);
  }

  #next(problem: string): string {
    const found = this.#peek();
    if (found === undefined) throw bad(problem);
    this.#at += found.length;
    return found;
  }

  #take(piece: string): boolean {
    if (!this.#source.startsWith(piece, this.#at)) return false;
    this.#at += piece.length;
    return true;
  }

  #either(): Expr {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'either', options };
  }

  #sequence(): Expr {
    const items: Expr[] = [];
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', items };
      const atom = this.#atom();
      if (atom !== undefined) items.push(this.#repeated(atom));
    }
  }

  #repeated(body: Expr): Expr {
    const range = this.#repeatRange();
    if (range === undefined) return body;
    const lazy = this.#take('?');
    if (this.#peek() === '+')
      throw bad('possessive repeats are not supported', 'Leave out the + after the repeat.');
    if (this.#peek() === '*' || this.#repeatRange() !== undefined) throw bad('a repeat follows a repeat');
    return { kind: 'repeat', body, least: range[0], most: range[1], lazy };
  }

  #repeatRange(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    const written = /^\{(\d{1,6})(,(\d{0,6}))?\}/.exec(this.#source.slice(this.#at, this.#at + 20));
    if (written === null) {
      if (this.#peek() === '{') throw bad('a { that starts no repeat must be written \\{');
      return undefined;
    }
    this.#at += written[0].length;
    const least = Number(written[1]);
    const most = written[2] === undefined ? least : written[3] === '' ? Infinity : Number(written[3]);
    if (most < least) throw bad(`the repeat ${written[0]} goes backwards`);
    if (least > mostRepeats || (most !== Infinity && most > mostRepeats))
      throw bad(`it repeats more than ${mostRepeats} times`);
    return [least, most];
  }

  #atom(): Expr | undefined {
    const next = this.#next('it ends too early');
    if (next === '(') return this.#group();
    if (next === '[') return this.#set(this.#class());
    if (next === '.') return this.#set(this.#dotAll ? anyCharacter : anyButLineEnd);
    if (next === '^') return { kind: 'assert', what: this.#multiline ? 'line-start' : 'start' };
    if (next === '$') return { kind: 'assert', what: this.#multiline ? 'line-end' : 'end' };
    if (next === '\\') return this.#escape();
    if (next === '*' || next === '+' || next === '?') throw bad(`the ${next} repeats nothing`);
    if (next === '{') throw bad('a { that starts no repeat must be written \\{');
    return this.#set(this.#one(next));
  }

  #set(set: CharacterSet): Expr {
    return { kind: 'set', set, ignoreCase: this.#ignoreCase };
  }

  #one(character: string): CharacterSet {
    const point = character.codePointAt(0) ?? 0;
    return setOf([[point, point]]);
  }

  #group(): Expr | undefined {
    if (this.#take('?')) return this.#specialGroup();
    return this.#captured();
  }

  #captured(): Expr {
    this.groups += 1;
    const index = this.groups;
    if (index > mostGroups) throw bad(`it has more than ${mostGroups} groups`);
    return { kind: 'group', index, body: this.#groupBody() };
  }

  #groupBody(): Expr {
    this.#depth += 1;
    if (this.#depth > deepestGroup) throw bad(`groups are nested deeper than ${deepestGroup}`);
    const flags = [this.#ignoreCase, this.#dotAll, this.#multiline] as const;
    const body = this.#either();
    [this.#ignoreCase, this.#dotAll, this.#multiline] = flags;
    if (!this.#take(')')) throw bad('a ( is never closed');
    this.#depth -= 1;
    return body;
  }

  #specialGroup(): Expr | undefined {
    if (this.#take(':')) return this.#groupBody();
    const name = /^<[A-Za-z][A-Za-z0-9]*>/.exec(this.#source.slice(this.#at, this.#at + 100));
    if (name !== null) {
      this.#at += name[0].length;
      return this.#captured();
    }
    if (/^(<?[=!]|>)/.test(this.#source.slice(this.#at, this.#at + 2))) {
      throw bad(
        'looking ahead or behind is not supported',
        'Match the surroundings too, and take the part you need by a group.',
      );
    }
    const flags = /^([ism]*)(-([ism]+))?([:)])/.exec(this.#source.slice(this.#at, this.#at + 20));
    if (flags === null) throw bad('a group starts with (? and something unknown');
    this.#at += flags[0].length;
    const before = [this.#ignoreCase, this.#dotAll, this.#multiline] as const;
    this.#setFlags(flags[1] ?? '', true);
    this.#setFlags(flags[3] ?? '', false);
    if (flags[4] === ')') return undefined;
    const body = this.#groupBody();
    [this.#ignoreCase, this.#dotAll, this.#multiline] = before;
    return body;
  }

  #setFlags(flags: string, on: boolean): void {
    if (flags.includes('i')) this.#ignoreCase = on;
    if (flags.includes('s')) this.#dotAll = on;
    if (flags.includes('m')) this.#multiline = on;
  }

  #escape(): Expr {
    const next = this.#next('it ends with a backslash');
    if (next === 'b') return { kind: 'assert', what: 'word-boundary' };
    if (next === 'B') return { kind: 'assert', what: 'no-word-boundary' };
    if (next === 'A') return { kind: 'assert', what: 'start' };
    if (next === 'z') return { kind: 'assert', what: 'text-end' };
    if (next === 'Z') return { kind: 'assert', what: 'end' };
    if (next === 'k' || (next >= '1' && next <= '9'))
      throw bad('references back to a group are not supported');
    return this.#set(this.#escapedSet(next));
  }

  #escapedSet(mark: string): CharacterSet {
    const shorthand = shorthands.get(mark);
    if (shorthand !== undefined) return shorthand;
    if (mark === 'p' || mark === 'P') return this.#property(mark === 'P');
    const control = controls.get(mark);
    if (control !== undefined) return setOf([[control, control]]);
    const digits = mark === 'x' ? 2 : mark === 'u' ? 4 : 0;
    const hex = this.#source.slice(this.#at, this.#at + digits);
    if (digits > 0 && hex.length === digits && /^[0-9a-fA-F]+$/.test(hex)) {
      this.#at += digits;
      const point = Number.parseInt(hex, 16);
      return setOf([[point, point]]);
    }
    if (/^[A-Za-z0-9]$/.test(mark)) throw bad(`\\${mark} means nothing`);
    return this.#one(mark);
  }

  #property(negated: boolean): CharacterSet {
    const written = /^(\{([A-Za-z]{1,20})\}|[A-Z])/.exec(this.#source.slice(this.#at, this.#at + 24));
    const name = written?.[2] ?? written?.[1];
    const set = name === undefined ? undefined : properties.get(name.replace(/^Is(?=L|N)/, ''));
    if (written === null || set === undefined)
      throw bad(`\\p${written?.[0] ?? ''} is not known here`, `Known: ${[...properties.keys()].join(', ')}.`);
    this.#at += written[0].length;
    return { ...set, negated };
  }

  /** What stands between [ and ]; the position is after the [. */
  #class(): CharacterSet {
    const negated = this.#take('^');
    const ranges: (readonly [number, number])[] = [];
    const classes: ((point: number) => boolean)[] = [];
    for (let first = true; ; first = false) {
      const next = this.#next('a [ is never closed');
      if (next === ']' && !first) return { ranges, classes, negated };
      if (next === '[' || (next === '&' && this.#peek() === '&')) {
        throw bad('sets inside of sets are not supported', `Write \\${next} for the character itself.`);
      }
      const low = next === '\\' ? this.#escapedSet(this.#next('it ends with a backslash')) : this.#one(next);
      const from = single(low);
      const isRange =
        this.#peek() === '-' &&
        this.#source[this.#at + 1] !== ']' &&
        this.#source[this.#at + 1] !== undefined;
      if (from === undefined || !isRange) {
        if (from === undefined) classes.push((point) => contains(low, point));
        else ranges.push([from, from]);
        continue;
      }
      this.#at += 1;
      const end = this.#next('a [ is never closed');
      const to = single(
        end === '\\' ? this.#escapedSet(this.#next('it ends with a backslash')) : this.#one(end),
      );
      if (to === undefined || to < from) throw bad('a range of characters goes backwards');
      ranges.push([from, to]);
    }
  }
}

function single(set: CharacterSet): number | undefined {
  const [range] = set.ranges;
  const isSingle =
    !set.negated &&
    set.classes.length === 0 &&
    set.ranges.length === 1 &&
    range !== undefined &&
    range[0] === range[1];
  return isSingle ? range[0] : undefined;
}
