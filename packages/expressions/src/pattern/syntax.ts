/** A set of characters: ranges of code points, and classes that a predicate knows. */
export interface CharacterSet {
  readonly ranges: readonly (readonly [number, number])[];
  readonly classes: readonly ((codePoint: number) => boolean)[];
  readonly negated: boolean;
}

export type Assertion =
  | 'start'
  | 'end'
  | 'line-start'
  | 'line-end'
  | 'text-end'
  | 'word-boundary'
  | 'no-word-boundary';

export type Expr =
  | { readonly kind: 'set'; readonly set: CharacterSet; readonly ignoreCase: boolean }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'group'; readonly index: number; readonly body: Expr }
  | { readonly kind: 'sequence'; readonly items: readonly Expr[] }
  | { readonly kind: 'either'; readonly options: readonly Expr[] }
  | {
      readonly kind: 'repeat';
      readonly body: Expr;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };
