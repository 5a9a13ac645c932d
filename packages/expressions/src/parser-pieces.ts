import type { Name, Node } from './ast.ts';
import { Failure } from './errors.ts';
import { isNamePart } from './lexer.ts';
import type { Lexer } from './lexer.ts';

/** Parses the nested expression whose `<+` stands at the lexer's position. */
type ParseNested = () => Node;

/** `var_<+env.name>_x`: a name goes on as long as names and nested expressions touch. */
export function parseName(lexer: Lexer, parseNested: ParseNested, first: string): Name {
  const parts: (string | Node)[] = first === '' ? [] : [first];
  for (;;) {
    if (lexer.startsWith('<+')) {
      parts.push(parseNested());
      continue;
    }
    const more = lexer.takeNameCharacters();
    if (more === '') break;
    parts.push(more);
  }
  const [only] = parts;
  return parts.length === 1 && typeof only === 'string' ? only : parts;
}

/** A quoted text; expressions inside of it are resolved. */
export function parseQuoted(lexer: Lexer, parseNested: ParseNested): Node {
  const { at } = lexer;
  const quote = lexer.text.charAt(at);
  lexer.at += 1;
  const parts: (string | Node)[] = [];
  let piece = '';
  while (!lexer.done) {
    if (lexer.take(quote)) {
      if (parts.length === 0) return { kind: 'literal', value: piece, at, end: lexer.at };
      return { kind: 'text', parts: piece === '' ? parts : [...parts, piece], at, end: lexer.at };
    }
    if (lexer.startsWith('<+')) {
      if (piece !== '') parts.push(piece);
      piece = '';
      parts.push(parseNested());
    } else if (lexer.take('\\')) {
      piece += lexer.takeEscape(quote);
    } else {
      piece += lexer.text.charAt(lexer.at);
      lexer.at += 1;
    }
  }
  throw new Failure('expression.unclosed', `A text is never closed with ${quote}.`, { offset: at });
}

/** Explains what cannot stand at the lexer's position. */
export function unexpected({ text, at }: Lexer): Failure {
  const found = text[at];
  if (found === undefined) {
    return new Failure('expression.syntax', 'The expression ends where a value is needed.', {
      offset: at,
      hint: 'Look for a bracket that is never closed: inside of brackets a > compares and does not close the expression.',
    });
  }
  const startsValue = text.startsWith('<+', at) || isNamePart(found) || found === '"' || found === "'";
  const hints: readonly (readonly [boolean, string])[] = [
    [found === '=', 'Compare with ==.'],
    [found === '&' || found === '|', `Write ${found}${found}.`],
    [found === ':', 'A condition is written test ? "a" : "b".'],
    [startsValue, 'Join values with +, and put texts in quotes.'],
    [found === '>', 'Something is missing before this >, which ends the expression.'],
  ];
  const hint = hints.find(([fits]) => fits)?.[1];
  return new Failure('expression.syntax', `Unexpected ${JSON.stringify(found)} in the expression.`, {
    offset: at,
    ...(hint === undefined ? {} : { hint }),
  });
}
