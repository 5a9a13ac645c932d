import { describe, expect, it } from 'vitest';
import {
  IdentifierSchema,
  NameSchema,
  SecretIdentifierSchema,
  VariableNameSchema,
  freeIdentifier,
  identifierFromName,
} from './ids.ts';

describe('identifiers', () => {
  it.each([
    ['Storefront web', 'Storefront_web'],
    ['eu-west.1', 'eu_west_1'],
    ['3 tiers', '_3_tiers'],
    ['  trimmed  ', 'trimmed'],
    ['naïve café', 'nave_caf'],
    ['step', 'step_1'],
    ['', '_'],
  ])('come from the name %j as %j', (name, identifier) => {
    expect(identifierFromName(name)).toBe(identifier);
    expect(IdentifierSchema.safeParse(identifier).success).toBe(true);
  });

  it('fit even when the name is of the greatest length', () => {
    expect(identifierFromName('x'.repeat(200))).toHaveLength(128);
  });

  it('get a number when they are taken', () => {
    const taken = new Set(['web', 'web_1']);
    expect(freeIdentifier('web', (candidate) => taken.has(candidate))).toBe('web_2');
    expect(freeIdentifier('y'.repeat(128), (candidate) => candidate === 'y'.repeat(128))).toBe(
      `${'y'.repeat(126)}_1`,
    );
  });

  it.each(['1a', 'a-b', 'a b', 'true', 'stepGroup', 'x'.repeat(129)])('refuse %j', (identifier) => {
    expect(IdentifierSchema.safeParse(identifier).success).toBe(false);
  });

  it('allow a hyphen for secrets only', () => {
    expect(SecretIdentifierSchema.safeParse('api-key').success).toBe(true);
  });
});

describe('names', () => {
  it('hold letters, digits, spaces, _, - and .', () => {
    expect(NameSchema.safeParse('EU staging 2.0-b_c').success).toBe(true);
    expect(NameSchema.safeParse(' leading').success).toBe(false);
    expect(NameSchema.safeParse('a/b').success).toBe(false);
  });

  it('of variables may hold dots and $', () => {
    expect(VariableNameSchema.safeParse('a.b$c').success).toBe(true);
    expect(VariableNameSchema.safeParse('a-b').success).toBe(false);
  });
});
