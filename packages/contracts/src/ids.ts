import { z } from 'zod';

/** Words that expressions use themselves, so that no entity may be called by them. */
export const reservedIdentifiers: ReadonlySet<string> = new Set([
  'or',
  'and',
  'eq',
  'ne',
  'lt',
  'gt',
  'le',
  'ge',
  'div',
  'mod',
  'not',
  'null',
  'true',
  'false',
  'new',
  'var',
  'return',
  'step',
  'parallel',
  'stepGroup',
  'org',
  'account',
  'status',
  'liteEngineTask',
]);

const identifierPattern = /^[a-zA-Z_][0-9a-zA-Z_]{0,127}$/;
const secretIdentifierPattern = /^[a-zA-Z_][-0-9a-zA-Z_]{0,127}$/;
const namePattern = /^[a-zA-Z_0-9.-][-0-9a-zA-Z_\s.]{0,127}$/;
const variableNamePattern = /^[a-zA-Z_][0-9a-zA-Z_.$]{0,63}$/;

const notReserved = (value: string): boolean => !reservedIdentifiers.has(value);
const reservedMessage = 'This word is reserved for expressions; choose another identifier.';

export const IdentifierSchema = z
  .string()
  .regex(
    identifierPattern,
    'An identifier starts with a letter or _ and holds letters, digits and _ (at most 128).',
  )
  .refine(notReserved, reservedMessage)
  .describe('Unique in its scope, fixed after the first save');

export const SecretIdentifierSchema = z
  .string()
  .regex(
    secretIdentifierPattern,
    'A secret identifier starts with a letter or _ and holds letters, digits, _ and - (at most 128).',
  )
  .refine(notReserved, reservedMessage);

export const NameSchema = z
  .string()
  .regex(
    namePattern,
    'A name holds letters, digits, spaces, _, - and . (at most 128), and does not start with a space.',
  );

export const VariableNameSchema = z
  .string()
  .regex(
    variableNamePattern,
    'A variable name starts with a letter or _ and holds letters, digits, _, . and $ (at most 64).',
  );

/** `Storefront web` becomes `Storefront_web`: what the console proposes while a name is typed. Never empty. */
export function identifierFromName(name: string): string {
  const cleaned = name
    .trim()
    .replaceAll(/[\s.-]+/g, '_')
    .replaceAll(/[^0-9a-zA-Z_]/g, '');
  const started = /^[a-zA-Z_]/.test(cleaned) ? cleaned : `_${cleaned}`;
  const cut = started.slice(0, 128);
  return reservedIdentifiers.has(cut) ? `${cut}_1` : cut;
}

/** The first of `base`, `base_1`, `base_2`... that is not taken. */
export function freeIdentifier(base: string, isTaken: (candidate: string) => boolean): string {
  if (!isTaken(base)) return base;
  for (let suffix = 1; ; suffix += 1) {
    const candidate = `${base.slice(0, 128 - String(suffix).length - 1)}_${suffix}`;
    if (!isTaken(candidate)) return candidate;
  }
}
