import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** 256 bits that nobody guesses; what is stored of it is its hash. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Random secrets need no slow hash: there is nothing to try out. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const keyIdLetters = 'abcdefghijkmnpqrstuvwxyz23456789';
const KEY_ID_LENGTH = 12;
const KEY_PREFIX = 'slw';

export interface NewApiKey {
  readonly id: string;
  readonly secretHash: string;
  /** `slw.<id>.<secret>`, shown once. */
  readonly value: string;
}

export function newApiKey(): NewApiKey {
  const id = Array.from({ length: KEY_ID_LENGTH }, () => keyIdLetters[randomInt(keyIdLetters.length)]).join(
    '',
  );
  const secret = randomToken();
  return { id, secretHash: hashToken(secret), value: `${apiKeyPrefix(id)}.${secret}` };
}

/** The part of a key that may be shown, so that people recognise it. */
export function apiKeyPrefix(id: string): string {
  return `${KEY_PREFIX}.${id}`;
}

/** `null` for what no key looks like. */
export function parseApiKey(value: string): { id: string; secret: string } | null {
  const match = /^slw\.([a-z0-9]{12})\.([\w-]{43})$/.exec(value);
  return match?.[1] === undefined || match[2] === undefined ? null : { id: match[1], secret: match[2] };
}

export const SESSION_IDLE_MS = 12 * 60 * 60 * 1000;
export const SESSION_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
export const LINK_LIFETIME_MS = 24 * 60 * 60 * 1000;
