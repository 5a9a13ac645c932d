import type { BinaryOperator } from './ast.ts';
import { Failure } from './errors.ts';
import type { Budget } from './limits.ts';
import { Pattern } from './pattern/pattern.ts';
import { DeferredText, isList, join, kindOf, secretNotReadable, textOf } from './values.ts';
import type { Value } from './values.ts';

type Plain = Exclude<Value, DeferredText>;

/** What both sides are, and whether one of them was written with a decimal point (then 7.0 / 2 is 3.5). */
export interface Operands {
  readonly left: Value;
  readonly right: Value;
  readonly decimal: boolean;
}

/** Every operator but `&&` and `||`, which look at their right side only when they need it. */
export function applyBinary(
  operator: Exclude<BinaryOperator, '&&' | '||'>,
  operands: Operands,
  budget: Budget,
): Value {
  if (operator === '+') return add(operands, budget);
  const left = readable(operands.left, operator);
  const right = readable(operands.right, operator);
  switch (operator) {
    case '==':
      return areEqual(left, right, budget);
    case '!=':
      return !areEqual(left, right, budget);
    case '<':
      return compare(left, right, operator, budget) < 0;
    case '>':
      return compare(left, right, operator, budget) > 0;
    case '<=':
      return compare(left, right, operator, budget) <= 0;
    case '>=':
      return compare(left, right, operator, budget) >= 0;
    case '=~':
      return matches(left, right, budget);
    case '!~':
      return !matches(left, right, budget);
    case '=^':
    case '!^':
      return textOf(left, budget).startsWith(textOf(right, budget)) === (operator === '=^');
    case '=$':
    case '!$':
      return textOf(left, budget).endsWith(textOf(right, budget)) === (operator === '=$');
    case '-':
    case '*':
    case '/':
    case '%':
      return calculate(operator, left, right, operands.decimal);
    default:
      return operator satisfies never;
  }
}

function readable(value: Value, operator: string): Plain {
  if (value instanceof DeferredText) throw secretNotReadable(`The operator ${operator}`);
  return value;
}

/** JEXL's idea of truth: null, false, 0, "" and "false" are not true. */
export function truth(value: Value): boolean {
  if (value instanceof DeferredText) throw secretNotReadable('A condition');
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0 && !Number.isNaN(value);
  if (typeof value === 'string') return value !== '' && value !== 'false';
  throw new Failure(
    'expression.wrong_type',
    `A condition needs true or false, and this is ${kindOf(value)}.`,
    {
      hint: 'Ask for something about it, such as .size() > 0 or empty(..).',
    },
  );
}

function add({ left, right }: Operands, budget: Budget): Value {
  if (typeof left === 'number' && typeof right === 'number') return exact(left + right, left, right);
  for (const value of [left, right]) {
    if (value === null) throw nullOperand('+');
    if (typeof value === 'object' && !(value instanceof DeferredText)) {
      throw new Failure('expression.wrong_type', `${kindOf(value)} cannot be added.`, {
        hint: 'json.format(x) gives its text.',
      });
    }
  }
  // As JEXL: a number and a text that reads as a number are added as numbers.
  if (typeof left === 'number' || typeof right === 'number') {
    const [a, b] = [numberFrom(left), numberFrom(right)];
    if (a !== undefined && b !== undefined) return exact(a + b, a, b);
  }
  return join([left, right], budget);
}

function calculate(operator: '-' | '*' | '/' | '%', left: Plain, right: Plain, decimal: boolean): number {
  const a = toNumber(left, operator);
  const b = toNumber(right, operator);
  if (operator === '-') return exact(a - b, a, b);
  if (operator === '*') return exact(a * b, a, b);
  if (b === 0) throw new Failure('expression.division_by_zero', `${a} ${operator} 0 has no result.`);
  if (operator === '%') return a % b;
  const quotient = a / b;
  return Number.isInteger(a) && Number.isInteger(b) && !decimal ? Math.trunc(quotient) : quotient;
}

function exact(result: number, ...from: readonly number[]): number {
  const whole = from.every((value) => Number.isInteger(value));
  if (!Number.isFinite(result) || (whole && !Number.isSafeInteger(result))) {
    throw new Failure('expression.number_out_of_range', 'The result is too large to be an exact number.');
  }
  // JavaScript's negative zero would print as 0 and yet behave differently.
  return result === 0 ? 0 : result;
}

function numberFrom(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[-+]?\d{1,300}(\.\d{1,300})?\s*$/.test(value)) return undefined;
  return Number(value);
}

export function toNumber(value: Value, operator: string): number {
  if (value === null) throw nullOperand(operator);
  const number = numberFrom(value);
  if (number !== undefined) return number;
  const shown = typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 40))}` : kindOf(value);
  throw new Failure(
    'expression.wrong_type',
    `The operator ${operator} needs numbers, and this is ${shown}.`,
    operator === '-' ? { hint: 'A name that holds "-" is written in brackets: a["x-y"].' } : {},
  );
}

function nullOperand(operator: string): Failure {
  return new Failure('expression.null_value', `One side of ${operator} is null.`, {
    hint: 'Give it a value with (x ?? "default").',
  });
}

export function areEqual(left: Plain, right: Plain, budget: Budget): boolean {
  budget.spend(1);
  if (left === right) return true;
  if (left === null || right === null) return false;
  // As JEXL, and known as a trap: next to true or false a text counts as true unless it is "false" or empty.
  if (typeof left === 'boolean' || typeof right === 'boolean') {
    return typeof left !== 'object' && typeof right !== 'object' && truth(left) === truth(right);
  }
  if (typeof left === 'string' && typeof right === 'string') return false;
  if (typeof left === 'object' || typeof right === 'object') {
    return typeof left === 'object' && typeof right === 'object' && sameContent(left, right, budget);
  }
  return numberFrom(left) === numberFrom(right);
}

function sameContent(left: object & Plain, right: object & Plain, budget: Budget): boolean {
  return budget.nested(() => {
    if (isList<Value>(left) !== isList<Value>(right)) return false;
    const [a, b] = [Object.entries<Value>(left), new Map(Object.entries<Value>(right))];
    if (a.length !== b.size) return false;
    return a.every(([key, value]) => {
      const other = b.get(key);
      return other !== undefined && areEqual(readable(value, '=='), readable(other, '=='), budget);
    });
  });
}

function compare(left: Plain, right: Plain, operator: string, budget: Budget): number {
  if (left === null || right === null) throw nullOperand(operator);
  if (typeof left === 'string' && typeof right === 'string') {
    budget.touch(Math.min(left.length, right.length));
    return left === right ? 0 : left < right ? -1 : 1;
  }
  return toNumber(left, operator) - toNumber(right, operator);
}

function matches(left: Plain, right: Plain, budget: Budget): boolean {
  if (right === null) throw nullOperand('=~');
  if (isList<Value>(right)) return right.some((item) => areEqual(left, readable(item, '=~'), budget));
  if (typeof right === 'object') return Object.hasOwn(right, textOf(left, budget));
  if (left === null) return false;
  return new Pattern(textOf(right, budget), budget).matches(textOf(left, budget));
}
