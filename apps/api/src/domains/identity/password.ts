import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/** OWASP's second choice for argon2id: 19 MiB, two passes; about 25 ms on the machines we run on. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
const SALT_BYTES = 16;

/** A PHC string (`$argon2id$v=19$...`), which says itself how it was made. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, salt, { ...cost, tagLength: TAG_BYTES });
  const parameters = `m=${cost.memory},t=${cost.passes},p=${cost.parallelism}`;
  return `$argon2id$v=19$${parameters}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Takes as long for a hash that does not exist, so that the time does not tell whether the account does. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const known = parsePhc(hash ?? '') ?? nobody;
  const tag = await derive(password, known.salt, {
    memory: known.memory,
    passes: known.passes,
    parallelism: known.parallelism,
    tagLength: known.tag.length,
  });
  return timingSafeEqual(tag, known.tag) && known !== nobody;
}

interface Phc {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

const nobody: Phc = { ...cost, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) };

function parsePhc(text: string): Phc | null {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(text);
  if (match === null) return null;
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function derive(
  password: string,
  nonce: Buffer,
  parameters: { memory: number; passes: number; parallelism: number; tagLength: number },
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // The same characters may be typed as different code points, depending on the keyboard.
  const message = Buffer.from(password.normalize('NFKC'), 'utf8');
  argon2('argon2id', { message, nonce, ...parameters }, (error, tag) =>
    error === null ? resolve(tag) : reject(error),
  );
  return promise;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

export const MIN_PASSWORD_LENGTH = 12;
const MIN_DIFFERENT_CHARACTERS = 5;

/** The most used passwords of at least twelve characters in the published lists, and our own name. */
const commonPasswords: ReadonlySet<string> = new Set([
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'passw0rd1234',
  'p@ssw0rd1234',
  'administrator',
  'administrator1',
  'adminadminadmin',
  'admin1234567',
  'admin12345678',
  'welcome12345',
  'welcome123456',
  'changeme1234',
  'changemechangeme',
  'letmein12345',
  'letmeinletmein',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwerty123456',
  'qwertyqwerty',
  'qwertyuiopasdf',
  'asdfghjklqwe',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'q1w2e3r4t5y6',
  'zaq12wsxcde3',
  '123456789012',
  '1234567890123',
  '123456789abc',
  '123123123123',
  '987654321098',
  'abcdefghijkl',
  'abcd12345678',
  'iloveyou1234',
  'trustno11234',
  'correcthorsebatterystaple',
  'slipwayslipway',
  'slipway12345',
  'slipwayadmin',
  'kubernetes12',
  'kubernetes123',
]);

/** Why a password is too weak, as a sentence; `null` when it will do. */
export function weaknessOf(password: string, email: string): string | null {
  const lower = password.normalize('NFKC').toLowerCase();
  const [localPart = ''] = email.toLowerCase().split('@');
  if (Array.from(lower).length < MIN_PASSWORD_LENGTH)
    return `A password has at least ${MIN_PASSWORD_LENGTH} characters.`;
  if (
    lower === email.toLowerCase() ||
    lower === localPart.repeat(Math.ceil(lower.length / Math.max(localPart.length, 1)))
  ) {
    return 'A password is not the e-mail address.';
  }
  if (new Set(lower).size < MIN_DIFFERENT_CHARACTERS)
    return 'This password repeats a few characters; it is quickly guessed.';
  if (commonPasswords.has(lower)) return 'This password is among those that are tried first.';
  return null;
}
