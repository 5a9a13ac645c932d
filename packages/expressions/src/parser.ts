import type { BinaryOperator, Expression, Node } from './ast.ts';
import { Failure } from './errors.ts';
import { isNamePart, isSpace, Lexer } from './lexer.ts';
import type { OperatorToken } from './lexer.ts';
import type { Budget } from './limits.ts';
import { parseName, parseQuoted, unexpected } from './parser-pieces.ts';

const precedence: Readonly<Record<BinaryOperator, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '=~': 3,
  '!~': 3,
  '=^': 3,
  '!^': 3,
  '=$': 3,
  '!$': 3,
  '<': 4,
  '>': 4,
  '<=': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};

const constants: ReadonlyMap<string, null | boolean> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);

/**
 * Parses the expressions of one text. Whether a `>` compares or closes is decided once per position (see
 * `greaterCompares`), and a nested expression is parsed once per position, so that no text makes it try again and again.
 */
export class Parser {
  readonly #lexer: Lexer;
  readonly #budget: Budget;
  readonly #compares = new Map<number, boolean>();
  readonly #nested = new Map<number, Expression | Failure>();
  /** Brackets that are open inside of the current expression: there a `>` cannot be its end. */
  #enclosed = 0;
  /** Where the current expression's content starts; undefined for a condition, which has no delimiters. */
  #opened: number | undefined;

  constructor(text: string, budget: Budget) {
    this.#lexer = new Lexer(text, 0);
    this.#budget = budget;
  }

  /** The expression whose `<+` stands at `at`. */
  parseDelimited(at: number): Expression {
    const known = this.#nested.get(at);
    if (known instanceof Failure) throw known;
    if (known !== undefined) return known;
    const before = { enclosed: this.#enclosed, opened: this.#opened };
    this.#enclosed = 0;
    this.#opened = at + 2;
    this.#lexer.at = at + 2;
    try {
      const body = this.#parseExpression();
      this.#expectClose(at);
      const expression = {
        at,
        end: this.#lexer.at,
        source: this.#lexer.text.slice(at, this.#lexer.at),
        body,
      };
      this.#nested.set(at, expression);
      return expression;
    } catch (error) {
      if (error instanceof Failure) this.#nested.set(at, error);
      throw error;
    } finally {
      this.#enclosed = before.enclosed;
      this.#opened = before.opened;
    }
  }

  /** The whole text as one expression without delimiters, as conditions are written. */
  parseWhole(): Node {
    const body = this.#parseExpression();
    this.#lexer.skipSpace();
    if (!this.#lexer.done) throw unexpected(this.#lexer);
    return body;
  }

  /** The nested expression that starts here, as a value inside of another. */
  readonly #parseNested = (): Node => {
    const { at } = this.#lexer;
    const { body, end } = this.#budget.nested(() => this.parseDelimited(at));
    this.#lexer.at = end;
    return { kind: 'nested', body, at, end };
  };

  #expectClose(opened: number): void {
    this.#lexer.skipSpace();
    if (this.#lexer.take('>')) return;
    if (this.#lexer.done) {
      throw new Failure('expression.unclosed', 'The expression that starts here is never closed with >.', {
        offset: opened,
        hint: 'Close it with >. To write the two characters <+ as they are, use <+"<" + "+">.',
      });
    }
    throw unexpected(this.#lexer);
  }

  #parseExpression(): Node {
    return this.#budget.nested(() => {
      this.#budget.spend(1);
      const test = this.#parseBinary(this.#parseUnary(), 1);
      return this.#parseConditional(test);
    });
  }

  #parseConditional(test: Node): Node {
    const lexer = this.#lexer;
    lexer.skipSpace();
    for (const operator of ['?:', '??'] as const) {
      if (lexer.take(operator)) {
        const fallback = this.#parseExpression();
        return { kind: 'default', operator, value: test, fallback, at: test.at, end: fallback.end };
      }
    }
    if (!lexer.take('?')) return test;
    // Until its colon a condition is not complete, so a `>` before it compares.
    this.#enclosed += 1;
    const yes = this.#parseExpression();
    lexer.skipSpace();
    if (!lexer.take(':')) {
      throw new Failure('expression.syntax', 'A condition needs both of its values: test ? "a" : "b".', {
        offset: lexer.at,
      });
    }
    this.#enclosed -= 1;
    const no = this.#parseExpression();
    return { kind: 'conditional', test, yes, no, at: test.at, end: no.end };
  }

  #parseBinary(first: Node, least: number): Node {
    let left = first;
    for (;;) {
      const token = this.#lexer.peekOperator();
      if (token === undefined || precedence[token.operator] < least) return left;
      if (this.#lexer.text[token.at] === '>' && !this.#greaterCompares(token)) return left;
      this.#budget.spend(1);
      this.#lexer.at = token.end;
      const right = this.#parseOperand(precedence[token.operator]);
      left = { kind: 'binary', operator: token.operator, left, right, at: left.at, end: right.end };
    }
  }

  /** The right side of an operator: a value and every operator after it that binds tighter. */
  #parseOperand(level: number): Node {
    return this.#budget.nested(() => this.#parseBinary(this.#parseUnary(), level + 1));
  }

  /**
   * In the model language a `>` always ends the expression. Here it compares when it cannot be the end (inside of
   * brackets, before the colon of a condition), or when spaces set it apart and what follows reads as a value up to a
   * closing `>` on the same line. `<+ a > <+ b >` stays two expressions.
   */
  #greaterCompares(token: OperatorToken): boolean {
    const opened = this.#opened;
    if (this.#enclosed > 0 || opened === undefined) return true;
    const known = this.#compares.get(token.at);
    if (known !== undefined) return known;
    const { text } = this.#lexer;
    const spacedOpening = isSpace(text[opened]);
    const rest = text.slice(token.end, token.end + 64).trimStart();
    const setApart =
      isSpace(text[token.at - 1]) && (!spacedOpening || (isSpace(text[token.end]) && !rest.startsWith('<+')));
    const compares = setApart && this.#closesAfter(token);
    this.#compares.set(token.at, compares);
    return compares;
  }

  #closesAfter(token: OperatorToken): boolean {
    const lexer = this.#lexer;
    const { at } = lexer;
    const enclosed = this.#enclosed;
    try {
      lexer.at = token.end;
      this.#parseExpression();
      lexer.skipSpace();
      return lexer.startsWith('>') && !lexer.text.slice(token.at, lexer.at).includes('\n');
    } catch (error) {
      if (error instanceof Failure && error.code !== 'expression.too_many_steps') return false;
      throw error;
    } finally {
      lexer.at = at;
      this.#enclosed = enclosed;
    }
  }

  #parseUnary(): Node {
    const lexer = this.#lexer;
    lexer.skipSpace();
    const { at } = lexer;
    for (const operator of ['!', '-', '+'] as const) {
      if (lexer.take(operator)) return this.#unary(operator, at);
    }
    const word = lexer.takeName();
    lexer.skipSpace();
    const operand = this.#startsOperand();
    if (word === 'not' && operand) return this.#unary('!', at);
    if ((word === 'empty' || word === 'size') && operand) return this.#unary(word, at);
    lexer.at = at;
    return this.#parsePostfix(this.#parsePrimary());
  }

  #unary(operator: '!' | '-' | '+' | 'empty' | 'size', at: number): Node {
    return this.#budget.nested(() => {
      const operand = this.#parseUnary();
      return { kind: 'unary', operator, operand, at, end: operand.end };
    });
  }

  #startsOperand(): boolean {
    const next = this.#lexer.text[this.#lexer.at];
    if (this.#lexer.startsWith('<+') || next === '(' || next === '"' || next === "'" || next === '[')
      return true;
    return isNamePart(next) && this.#lexer.peekOperator() === undefined;
  }

  #parsePrimary(): Node {
    const lexer = this.#lexer;
    this.#budget.spend(1);
    const { at } = lexer;
    if (lexer.startsWith('<+')) return this.#parseNested();
    if (lexer.startsWith('"') || lexer.startsWith("'")) return parseQuoted(lexer, this.#parseNested);
    if (lexer.take('(')) {
      const inner = this.#enclose(() => this.#parseExpression(), ')');
      return { ...inner, at, end: lexer.at };
    }
    if (lexer.take('['))
      return { kind: 'list', items: this.#parseItems(']', () => this.#parseExpression()), at, end: lexer.at };
    if (lexer.take('{')) return this.#parseMap(at);
    const number = lexer.takeNumber();
    if (number !== undefined) {
      return {
        kind: 'literal',
        value: number.value,
        ...(number.decimal ? { decimal: true as const } : {}),
        at,
        end: lexer.at,
      };
    }
    const name = lexer.takeName();
    if (name === undefined) throw unexpected(this.#lexer);
    const constant = constants.get(name);
    if (constant !== undefined) return { kind: 'literal', value: constant, at, end: lexer.at };
    return { kind: 'variable', name: parseName(lexer, this.#parseNested, name), at, end: lexer.at };
  }

  #parsePostfix(primary: Node): Node {
    const lexer = this.#lexer;
    let node = primary;
    for (;;) {
      this.#budget.spend(1);
      const { at } = node;
      if (lexer.take('.')) {
        const name = parseName(lexer, this.#parseNested, '');
        if (Array.isArray(name) && name.length === 0) throw unexpected(this.#lexer);
        if (typeof name === 'string' && lexer.take('(')) {
          const args = this.#parseItems(')', () => this.#parseExpression());
          node = { kind: 'call', object: node, name, args, at, end: lexer.at };
        } else {
          node = { kind: 'member', object: node, name, at, end: lexer.at };
        }
      } else if (lexer.take('[')) {
        const index = this.#enclose(() => this.#parseExpression(), ']');
        node = { kind: 'index', object: node, index, at, end: lexer.at };
      } else if (lexer.startsWith('(') && node.kind === 'variable') {
        const name = lexer.text.slice(node.at, node.end);
        throw new Failure('expression.unknown_function', `There is no function "${name}".`, {
          offset: node.at,
          hint: `Functions belong to values: write value.${name}(..).`,
        });
      } else {
        return node;
      }
    }
  }

  #enclose<T>(parse: () => T, close: string): T {
    this.#enclosed += 1;
    const value = parse();
    this.#lexer.skipSpace();
    if (!this.#lexer.take(close)) {
      if (!this.#lexer.done) throw unexpected(this.#lexer);
      throw new Failure('expression.unclosed', `A bracket is never closed with ${close}.`, {
        offset: this.#lexer.at,
      });
    }
    this.#enclosed -= 1;
    return value;
  }

  #parseItems<T>(close: string, parse: () => T): readonly T[] {
    return this.#enclose(() => {
      const items: T[] = [];
      this.#lexer.skipSpace();
      if (this.#lexer.startsWith(close)) return items;
      do {
        items.push(parse());
        this.#lexer.skipSpace();
      } while (this.#lexer.take(','));
      return items;
    }, close);
  }

  #parseMap(at: number): Node {
    const lexer = this.#lexer;
    const entries = this.#parseItems('}', () => {
      const key = this.#parseUnary();
      lexer.skipSpace();
      if (!lexer.take(':'))
        throw new Failure('expression.syntax', 'A map is written {"key": value}.', { offset: lexer.at });
      return { key, value: this.#parseExpression() };
    });
    return { kind: 'map', entries, at, end: lexer.at };
  }
}
