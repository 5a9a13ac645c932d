import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Envelope encryption: each value has a data key of its own, which is wrapped by a master key. Rotation wraps the data key anew and
 * leaves the value's bytes alone. Both layers are bound to the row they belong to, so that a value moved to another row does not open.
 */
export interface Sealed {
  readonly v: 1;
  /** Which master key wrapped the data key. */
  readonly kid: string;
  /** iv, tag and data key, base64. */
  readonly wrapped: string;
  /** iv, tag and value, base64. */
  readonly data: string;
}

interface MasterKey {
  readonly kid: string;
  readonly bytes: Buffer;
}

/** The master keys, the current one first; the others only open what they once sealed. */
export interface Keyring {
  readonly keys: readonly [MasterKey, ...MasterKey[]];
}

/** The key is missing, malformed, or not the one that sealed a value. The message says what to do. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';
}

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** Reads `base64` or `kid:base64`, several separated by commas, the current one first. */
export function parseKeyring(text: string): Keyring {
  const keys = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseKey);
  const [first, ...rest] = keys;
  if (!first)
    throw new MasterKeyError(
      'SLIPWAY_MASTER_KEY is empty. Give 32 random bytes as base64: openssl rand -base64 32',
    );
  return { keys: [first, ...rest] };
}

function parseKey(part: string): MasterKey {
  const colon = part.indexOf(':');
  const encoded = colon === -1 ? part : part.slice(colon + 1);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== keyBytes) {
    throw new MasterKeyError(
      `A master key holds 32 bytes as base64; this one holds ${bytes.length}. Make one with: openssl rand -base64 32`,
    );
  }
  const kid =
    colon === -1 ? createHash('sha256').update(bytes).digest('hex').slice(0, 8) : part.slice(0, colon);
  return { kid, bytes };
}

/** Seals `value` for the row that `binding` names, such as `secret/<id>`. */
export function seal(keyring: Keyring, value: string, binding: string): Sealed {
  const dataKey = randomBytes(keyBytes);
  const [current] = keyring.keys;
  return {
    v: 1,
    kid: current.kid,
    wrapped: encrypt(current.bytes, dataKey, binding),
    data: encrypt(dataKey, Buffer.from(value, 'utf8'), binding),
  };
}

/** The value that was sealed. Throws MasterKeyError when its key is not in the ring or the row is another or was altered. */
export function open(keyring: Keyring, sealed: Sealed, binding: string): string {
  const key = keyring.keys.find((candidate) => candidate.kid === sealed.kid);
  if (!key)
    throw new MasterKeyError(
      `This value was sealed with the master key ${sealed.kid}, which is not configured.`,
    );
  try {
    const dataKey = decrypt(key.bytes, sealed.wrapped, binding);
    return decrypt(dataKey, sealed.data, binding).toString('utf8');
  } catch (cause) {
    throw new MasterKeyError(
      'A sealed value does not open: the master key is another one, or the row was altered.',
      { cause },
    );
  }
}

function encrypt(key: Buffer, plain: Buffer, binding: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(binding, 'utf8'));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
}

function decrypt(key: Buffer, packed: string, binding: string): Buffer {
  const bytes = Buffer.from(packed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes));
  decipher.setAAD(Buffer.from(binding, 'utf8'));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]);
}
