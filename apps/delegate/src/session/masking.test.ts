import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker, MASK } from './masking.ts';

const masking = (...secrets: string[]) => {
  const masker = createMasker();
  for (const secret of secrets) masker.add(secret);
  return masker;
};
const secret = 'p&ss<w0rd> "x"/ü';

test.each([
  ['plain', secret],
  ['base64', Buffer.from(secret).toString('base64')],
  ['base64 without padding', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
  ['base64 of a line', Buffer.from(`${secret}\n`).toString('base64')],
  ['base64url', Buffer.from(secret).toString('base64url')],
  ['JSON', JSON.stringify(secret).slice(1, -1)],
  [
    'JSON as Go writes it',
    JSON.stringify(secret)
      .slice(1, -1)
      .replaceAll('&', '\\u0026')
      .replaceAll('<', '\\u003c')
      .replaceAll('>', '\\u003e'),
  ],
  ['URL', encodeURIComponent(secret)],
  ['form', encodeURIComponent(secret).replaceAll('%20', '+')],
  [
    'URL with small letters',
    encodeURIComponent(secret).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ],
])('a secret is masked when it is written as %s', (_form, written) => {
  expect(masking(secret).text(`before ${written} behind`)).toBe(`before ${MASK} behind`);
});

test('a secret inside a base64 text is masked, as in basic authentication', () => {
  const token = 'correct-horse-battery';
  for (const user of ['u', 'us', 'use']) {
    const header = Buffer.from(`${user}:${token}@host`).toString('base64');
    expect(masking(token).text(header)).toContain(MASK);
    expect(masking(token).text(header)).not.toContain(
      Buffer.from(token.slice(3, 15)).toString('base64').slice(2, -2),
    );
  }
});

test('each line of a key is masked', () => {
  const key = '-----BEGIN KEY-----\nMIIBVwIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n';
  expect(masking(key).text('line: MIIBVwIBADANBgkq')).toBe(`line: ${MASK}`);
});

test('keys and values of a structure are masked, and nothing else is changed', () => {
  const given = { a: [secret, 1, null, true], [secret]: { b: `x${secret}` } };
  expect(masking(secret).value(given)).toEqual({ a: [MASK, 1, null, true], [MASK]: { b: `x${MASK}` } });
});

test('a value too short to be told from chance is left', () => {
  expect(masking('ab').text('abc')).toBe('abc');
});

test('a stream gives what masking the whole text gives, wherever it is cut', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '='), minLength: 3, maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 3 }),
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n', '='), maxLength: 12 })),
      (secrets, pieces) => {
        const masker = masking(...secrets);
        const stream = masker.stream();
        const streamed = pieces.map((piece) => stream.write(piece)).join('') + stream.end();
        expect(streamed).toBe(masker.text(pieces.join('')));
      },
    ),
  );
});

test('no form of a secret is left in a text, whatever stands around it', () => {
  const around = fc.string({ maxLength: 20 });
  fc.assert(
    fc.property(fc.string({ minLength: 6, maxLength: 30 }), around, around, (value, before, behind) => {
      const masker = masking(value);
      for (const form of [value, Buffer.from(value).toString('base64'), JSON.stringify(value).slice(1, -1)]) {
        fc.pre(!MASK.includes(form) && form.trim().length >= 3);
        const masked = masker.text(`${before}\u0000${form}\u0000${behind}`);
        expect(masked).not.toContain(`\u0000${form}\u0000`);
      }
    }),
  );
});
