import { z } from 'zod';
import { reservedIdentifiers } from './identifier.ts';

// Apart from the schemas, so that the console takes them without zod.
export * from './identifier.ts';

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
