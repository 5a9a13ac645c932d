import type { BinaryOperator } from './ast.ts';
import { Failure } from './errors.ts';

const symbols: readonly (readonly [string, BinaryOperator])[] = [
  ['==', '=='],
  ['!=', '!='],
  ['=~', '=~'],
  ['!~', '!~'],
  ['=^', '=^'],
  ['!^', '!^'],
  ['=$', '=$'],
  ['!$', '!$'],
  ['<=', '<='],
  ['>=', '>='],
  ['&&', '&&'],
  ['||', '||'],
  ['<', '<'],
  ['>', '>'],
  ['+', '+'],
  ['-', '-'],
  ['*', '*'],
  ['/', '/'],
  ['%', '%'],
];

// JEXL's words for the same operators.
const words: ReadonlyMap<string, BinaryOperator> = new Map([
  ['or', '||'],
  ['and', '&&'],
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['gt', '>'],
  ['le', '<='],
  ['ge', '>='],
  ['div', '/'],
  ['mod', '%'],
]);

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
]);

export interface OperatorToken {
  readonly operator: BinaryOperator;
  readonly at: number;
  readonly end: number;
}

export interface NumberToken {
  readonly value: number;
  readonly decimal: boolean;
}

/** Reads the pieces of expressions from a text at a moving position. What a piece is depends on where the parser stands. */
export class Lexer {
  readonly text: string;
  at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  startsWith(piece: string): boolean {
    return this.text.startsWith(piece, this.at);
  }

  take(piece: string): boolean {
    if (!this.startsWith(piece)) return false;
    this.at += piece.length;
    return true;
  }

  skipSpace(): void {
    while (isSpace(this.text[this.at])) this.at += 1;
  }

  /** A name such as `image` or `$x1`, or undefined when none starts here. */
  takeName(): string | undefined {
    const start = this.at;
    if (!isNameStart(this.text[start])) return undefined;
    while (isNamePart(this.text[this.at])) this.at += 1;
    return this.text.slice(start, this.at);
  }

  /** Name characters including leading digits, for the part of a path after a dot. */
  takeNameCharacters(): string {
    const start = this.at;
    while (isNamePart(this.text[this.at])) this.at += 1;
    return this.text.slice(start, this.at);
  }

  takeNumber(): NumberToken | undefined {
    const start = this.at;
    while (isDigit(this.text[this.at])) this.at += 1;
    if (this.at === start) return undefined;
    let decimal = false;
    // A dot belongs to the number only when a digit follows: `1.toString()` is a call.
    if (this.text[this.at] === '.' && isDigit(this.text[this.at + 1])) {
      decimal = true;
      this.at += 1;
      while (isDigit(this.text[this.at])) this.at += 1;
    }
    const digits = this.text.slice(start, this.at);
    // Java's suffixes for the width of a number mean nothing here.
    if (/^[lLdDfF]$/.test(this.text[this.at] ?? '') && !isNamePart(this.text[this.at + 1])) this.at += 1;
    if (isNamePart(this.text[this.at])) {
      throw new Failure(
        'expression.syntax',
        `"${digits}${this.text[this.at]}" is neither a number nor a name.`,
        {
          offset: start,
          hint: 'Put texts in quotes; a key that starts with a digit is written a["1x"].',
        },
      );
    }
    const value = Number(digits);
    if (!Number.isFinite(value) || (!decimal && !Number.isSafeInteger(value))) {
      throw new Failure(
        'expression.number_out_of_range',
        `The number ${digits.slice(0, 30)} is too large to be exact.`,
        {
          offset: start,
          hint: 'Put it in quotes to use it as text.',
        },
      );
    }
    return { value, decimal };
  }

  /** One escape in a quoted text; the position is after the backslash. */
  takeEscape(quote: string): string {
    const mark = this.text[this.at];
    if (mark === undefined) return '\\';
    this.at += 1;
    if (mark === quote || mark === '\\') return mark;
    if (mark === 'u') {
      const digits = this.text.slice(this.at, this.at + 4);
      if (/^[0-9a-fA-F]{4}$/.test(digits)) {
        this.at += 4;
        return String.fromCharCode(Number.parseInt(digits, 16));
      }
    }
    // As JEXL: an unknown escape stays as written, so that patterns such as "\d+" need no doubling.
    return escapes.get(mark) ?? `\\${mark}`;
  }

  /** The operator that stands here after spaces; the position does not move. */
  peekOperator(): OperatorToken | undefined {
    let at = this.at;
    while (isSpace(this.text[at])) at += 1;
    for (const [symbol, operator] of symbols) {
      if (this.text.startsWith(symbol, at)) {
        // `<+` always opens an expression.
        if (symbol === '<' && this.text[at + 1] === '+') return undefined;
        return { operator, at, end: at + symbol.length };
      }
    }
    if (!isNameStart(this.text[at])) return undefined;
    let end = at;
    while (isNamePart(this.text[end])) end += 1;
    const operator = words.get(this.text.slice(at, end));
    return operator === undefined ? undefined : { operator, at, end };
  }
}

export function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r';
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function isNameStart(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z_$@]/.test(character);
}

export function isNamePart(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9_$@]/.test(character);
}
