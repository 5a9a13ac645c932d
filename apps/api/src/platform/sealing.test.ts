import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MasterKeyError, open, parseKeyring, seal } from './sealing.ts';

const newKey = (): string => randomBytes(32).toString('base64');

describe('sealing', () => {
  it('opens what it sealed, and nothing readable is kept', () => {
    const ring = parseKeyring(newKey());
    const sealed = seal(ring, 'hunter2 ü', 'secret/1');
    expect(open(ring, sealed, 'secret/1')).toBe('hunter2 ü');
    expect(JSON.stringify(sealed)).not.toContain('hunter2');
    expect(seal(ring, 'hunter2 ü', 'secret/1').data).not.toBe(sealed.data);
  });

  it('does not open in another row', () => {
    const ring = parseKeyring(newKey());
    expect(() => open(ring, seal(ring, 'x', 'secret/1'), 'secret/2')).toThrow(MasterKeyError);
  });

  it('does not open when a bit was flipped', () => {
    const ring = parseKeyring(newKey());
    const sealed = seal(ring, 'value', 'secret/1');
    const bytes = Buffer.from(sealed.data, 'base64');
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    expect(() => open(ring, { ...sealed, data: bytes.toString('base64') }, 'secret/1')).toThrow(/altered/);
  });

  it('opens with an old key after a new one was put in front', () => {
    const old = newKey();
    const sealed = seal(parseKeyring(`k1:${old}`), 'value', 'secret/1');
    expect(open(parseKeyring(`k2:${newKey()},k1:${old}`), sealed, 'secret/1')).toBe('value');
  });

  it('says which key is missing', () => {
    const sealed = seal(parseKeyring(`k1:${newKey()}`), 'value', 'secret/1');
    expect(() => open(parseKeyring(`k2:${newKey()}`), sealed, 'secret/1')).toThrow(/master key k1/);
  });

  it('refuses a key of another length, saying how to make one', () => {
    expect(() => parseKeyring('c2hvcnQ=')).toThrow(/32 bytes.*openssl rand/);
    expect(() => parseKeyring(' ')).toThrow(/empty/);
  });
});
