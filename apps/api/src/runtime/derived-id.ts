import { createHash } from 'node:crypto';

export const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** A UUID (version 5) that is the same for the same text, so that a repeated effect finds what it made the first time. */
export function derivedId(text: string): string {
  const bytes = createHash('sha1').update('slipway:').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
