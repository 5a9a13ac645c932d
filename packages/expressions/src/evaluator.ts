import { nameOf, noMembers, unknownMember, unknownRoot } from './access.ts';
import type { Expression, Name, Node, Template } from './ast.ts';
import { Failure } from './errors.ts';
import { callMethod } from './functions/call.ts';
import { functors } from './functions/functors.ts';
import { itemAt } from './functions/collection-methods.ts';
import type { Budget } from './limits.ts';
import { applyBinary, toNumber, truth } from './operators.ts';
import { settle } from './settle.ts';
import type { Resolve } from './settle.ts';
import {
  Callable,
  DeferredText,
  isList,
  isMap,
  join,
  own,
  secretNotReadable,
  setOwn,
  textOf,
} from './values.ts';
import type { Scope, ScopeMap, ScopeValue, Value } from './values.ts';

type NodeOf<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;

/** Evaluates the expressions of one text against one scope. */
export class Evaluator {
  readonly #text: string;
  readonly #scope: Scope;
  readonly #budget: Budget;
  readonly #resolve: Resolve;

  constructor(text: string, scope: Scope, budget: Budget, resolve: Resolve) {
    this.#text = text;
    this.#scope = scope;
    this.#budget = budget;
    this.#resolve = resolve;
  }

  /** A text that is one expression keeps the type of its value; any other is put together as text. */
  template(template: Template): Value {
    const [only] = template.parts;
    if (template.parts.length === 1 && only !== undefined && typeof only !== 'string')
      return this.#expression(only);
    return join(
      template.parts.map((part) => (typeof part === 'string' ? part : this.#expression(part))),
      this.#budget,
    );
  }

  #expression(expression: Expression): Value {
    try {
      return this.value(expression.body);
    } catch (error) {
      throw error instanceof Failure
        ? error.with({ expression: expression.source, offset: expression.at })
        : error;
    }
  }

  /** The value of a node as plain data. */
  value(node: Node): Value {
    const held = this.#held(node);
    return this.#placed(node, () => settle(held, this.#resolve, this.#budget));
  }

  /** The value of a node, its inner parts not worked out yet. */
  #held(node: Node): ScopeValue {
    const held = this.#maybe(node);
    if (held === undefined) throw this.#missing(node);
    return held;
  }

  /** Names where a failure happened, unless something inside has. */
  #placed<T>(node: Node, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw error instanceof Failure ? error.with({ offset: node.at }) : error;
    }
  }

  /** As `#held`; undefined when the last part of a path does not exist, so that its absence can be asked about. */
  #maybe(node: Node): ScopeValue | undefined {
    this.#budget.spend(1);
    return this.#budget.nested(() => this.#placed(node, () => this.#evaluate(node)));
  }

  #evaluate(node: Node): ScopeValue | undefined {
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'text':
        return join(this.#pieces(node.parts), this.#budget);
      case 'nested':
        return this.#maybe(node.body);
      case 'variable':
        return this.#variable(node);
      case 'member':
        return this.#member(node, node.object, this.#name(node.name));
      case 'index':
        return this.#index(node);
      case 'call':
        return this.#call(node);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.#binary(node);
      case 'conditional':
        return this.#held(truth(this.value(node.test)) ? node.yes : node.no);
      case 'default':
        return this.#default(node);
      case 'list':
        return node.items.map((item) => this.value(item));
      case 'map':
        return this.#map(node);
      default:
        return node satisfies never;
    }
  }

  #pieces(parts: readonly (string | Node)[]): readonly Value[] {
    return parts.map((part) => (typeof part === 'string' ? part : this.value(part)));
  }

  #name(name: Name): string {
    if (typeof name === 'string') return name;
    const whole = join(this.#pieces(name), this.#budget);
    if (whole instanceof DeferredText) throw secretNotReadable('A name');
    return whole;
  }

  #variable(node: NodeOf<'variable'>): ScopeValue {
    const name = this.#name(node.name);
    if (name === 'input') {
      throw new Failure('expression.runtime_input', 'The runtime input <+input> has no value here.', {
        hint: 'Give it a value before the run.',
      });
    }
    const found = functors.get(name) ?? this.#resolve(this.#scope.get(name));
    if (found === undefined) throw unknownRoot(node, name, [...this.#scope.names(), ...functors.keys()]);
    return found;
  }

  #member(node: NodeOf<'member' | 'index'>, object: Node, name: string): ScopeValue | undefined {
    const owner = this.#held(object);
    if (isMap(owner)) return this.#resolve(own(owner, name));
    if (owner instanceof DeferredText) throw secretNotReadable(`Reading "${name}"`);
    if (isList(owner) && /^\d{1,9}$/.test(name)) return this.#resolve(itemAt(owner, Number(name)) ?? null);
    throw noMembers(this.#text, node, object, owner, name);
  }

  #index(node: NodeOf<'index'>): ScopeValue | undefined {
    const index = this.value(node.index);
    if (index instanceof DeferredText) throw secretNotReadable('A position');
    const owner = this.#held(node.object);
    if (!isList(owner)) return this.#member(node, node.object, textOf(index, this.#budget));
    const position = typeof index === 'string' && /^-?\d{1,9}$/.test(index) ? Number(index) : index;
    if (typeof position !== 'number' || !Number.isInteger(position)) {
      throw new Failure('expression.wrong_type', 'A list is read by a whole number, from 0.', {
        offset: node.index.at,
      });
    }
    return this.#resolve(itemAt(owner, position) ?? null);
  }

  #call(node: NodeOf<'call'>): ScopeValue {
    const owner = this.#held(node.object);
    const callee = isMap(owner) ? this.#resolve(own(owner, node.name)) : undefined;
    const args = node.args.map((argument) => this.value(argument));
    if (callee instanceof Callable) return this.#host(callee, args);
    return callMethod(
      { owner, name: node.name, args, shown: this.#text.slice(node.object.at, node.object.end) },
      this.#resolve,
      this.#budget,
    );
  }

  #host(callee: Callable, args: readonly Value[]): Value {
    const [least, most] = callee.arity;
    if (args.length < least || args.length > most) {
      throw new Failure(
        'expression.wrong_arguments',
        `${callee.name} takes ${least === most ? least : `${least} to ${most}`} arguments, not ${args.length}.`,
      );
    }
    try {
      return callee.call(args, this.#budget);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure('expression.failed', `${callee.name} could not give its value.`);
    }
  }

  #unary(node: NodeOf<'unary'>): Value {
    const { operator, operand } = node;
    if (operator === 'empty') return isEmpty(this.#maybe(operand));
    if (operator === 'size') return this.#size(operand);
    const value = this.value(operand);
    if (operator === '!') return !truth(value);
    if (value instanceof DeferredText) throw secretNotReadable(`The operator ${operator}`);
    const number = toNumber(value, operator);
    return operator === '-' && number !== 0 ? -number : number;
  }

  #size(operand: Node): number {
    const held = this.#maybe(operand);
    if (held === undefined || held === null) return 0;
    if (held instanceof DeferredText) throw secretNotReadable('size');
    if (typeof held === 'string' || isList(held)) return held.length;
    if (isMap(held)) return Object.keys(held).length;
    throw new Failure('expression.wrong_type', `size(..) does not work on ${nameOf(held)}.`);
  }

  #binary(node: NodeOf<'binary'>): Value {
    const { operator } = node;
    if (operator === '&&') return truth(this.value(node.left)) && truth(this.value(node.right));
    if (operator === '||') return truth(this.value(node.left)) || truth(this.value(node.right));
    const decimal = [node.left, node.right].some((side) => side.kind === 'literal' && side.decimal === true);
    // Comparing with null is how people ask whether something exists.
    const asksForNull = (operator === '==' || operator === '!=') && [node.left, node.right].some(isNull);
    const [left, right] = asksForNull
      ? [this.#orNull(node.left), this.#orNull(node.right)]
      : [this.value(node.left), this.value(node.right)];
    if (asksForNull) return (left === right) === (operator === '==');
    return applyBinary(operator, { left, right, decimal }, this.#budget);
  }

  #orNull(node: Node): Value {
    const held = this.#maybe(node);
    return held === undefined ? null : settle(held, this.#resolve, this.#budget);
  }

  #default(node: NodeOf<'default'>): ScopeValue {
    const held = this.#maybe(node.value);
    if (held === undefined || held === null) return this.#held(node.fallback);
    if (node.operator === '??' || held instanceof DeferredText || isMap(held) || isList(held)) return held;
    return truth(settle(held, this.#resolve, this.#budget)) ? held : this.#held(node.fallback);
  }

  #map(node: NodeOf<'map'>): Value {
    const map: { [key: string]: Value } = {};
    for (const { key, value } of node.entries) {
      const name = this.value(key);
      if (name instanceof DeferredText) throw secretNotReadable('A key');
      setOwn(map, textOf(name, this.#budget), this.value(value));
    }
    return map;
  }

  #missing(node: Node): Failure {
    if (node.kind === 'nested') return this.#missing(node.body);
    if (node.kind !== 'member' && node.kind !== 'index')
      return new Failure('expression.unknown_variable', 'This has no value.', { offset: node.at });
    const owner = this.#held(node.object);
    const name =
      node.kind === 'member' ? this.#name(node.name) : textOf(this.#plain(node.index), this.#budget);
    // Only a map can lack a member; everything else has failed before.
    const members: ScopeMap = isMap(owner) ? owner : {};
    return unknownMember(this.#text, node, members, name);
  }

  #plain(node: Node): Exclude<Value, DeferredText> {
    const value = this.value(node);
    if (value instanceof DeferredText) throw secretNotReadable('A position');
    return value;
  }
}

function isNull(node: Node): boolean {
  return node.kind === 'literal' && node.value === null;
}

function isEmpty(held: ScopeValue | undefined): boolean {
  if (held === undefined || held === null || held === '') return true;
  if (held instanceof DeferredText) return false;
  if (isList(held)) return held.length === 0;
  return isMap(held) && Object.keys(held).length === 0;
}
