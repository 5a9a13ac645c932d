/** A name that may hold nested expressions: `var_<+env.name>` is ['var_', nested]. */
export type Name = string | readonly (string | Node)[];

export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '=~'
  | '!~'
  | '=^'
  | '!^'
  | '=$'
  | '!$'
  | '<'
  | '>'
  | '<='
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%';

export type UnaryOperator = '!' | '-' | '+' | 'empty' | 'size';

interface Placed {
  /** Offsets in the whole text. */
  readonly at: number;
  readonly end: number;
}

export type Node = Placed &
  (
    | { readonly kind: 'literal'; readonly value: null | boolean | number | string; readonly decimal?: true }
    | { readonly kind: 'text'; readonly parts: readonly (string | Node)[] }
    | { readonly kind: 'nested'; readonly body: Node }
    | { readonly kind: 'variable'; readonly name: Name }
    | { readonly kind: 'member'; readonly object: Node; readonly name: Name }
    | { readonly kind: 'index'; readonly object: Node; readonly index: Node }
    | { readonly kind: 'call'; readonly object: Node; readonly name: string; readonly args: readonly Node[] }
    | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Node }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Node;
        readonly right: Node;
      }
    | { readonly kind: 'conditional'; readonly test: Node; readonly yes: Node; readonly no: Node }
    | {
        readonly kind: 'default';
        readonly operator: '?:' | '??';
        readonly value: Node;
        readonly fallback: Node;
      }
    | { readonly kind: 'list'; readonly items: readonly Node[] }
    | { readonly kind: 'map'; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
  );

/** One `<+...>` of a text. */
export interface Expression extends Placed {
  /** With its delimiters. */
  readonly source: string;
  readonly body: Node;
}

/** A text cut into plain pieces and expressions, in order. */
export interface Template {
  readonly text: string;
  readonly parts: readonly (string | Expression)[];
}
