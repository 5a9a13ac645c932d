import { expect, test } from 'vitest';
import { hashPassword, verifyPassword, weaknessOf } from './password.ts';

test('a password is recognised by its hash, another one is not', async () => {
  const hash = await hashPassword('correct horse battery');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword('correct horse battery', hash)).toBe(true);
  expect(await verifyPassword('correct horse batterY', hash)).toBe(false);
});

test('the same password has another hash each time', async () => {
  const [one, other] = await Promise.all([
    hashPassword('correct horse battery'),
    hashPassword('correct horse battery'),
  ]);
  expect(one).not.toBe(other);
});

test('a password typed with composed or decomposed letters is the same', async () => {
  const hash = await hashPassword('caf\u00e9 caf\u00e9 caf\u00e9');
  expect(await verifyPassword('cafe\u0301 cafe\u0301 cafe\u0301', hash)).toBe(true);
});

test('nobody has a password', async () => {
  expect(await verifyPassword('anything at all', null)).toBe(false);
  expect(await verifyPassword('anything at all', 'not a hash')).toBe(false);
});

test.each([
  ['short', 'elevenchars', /at least 12/],
  ['the e-mail address', 'ada@example.com', /e-mail/],
  ['the e-mail address in capitals', 'ADA@EXAMPLE.COM', /e-mail/],
  ['the local part again and again', 'adaadaadaada', /e-mail/],
  ['one character', 'aaaaaaaaaaaaaaaa', /repeats/],
  ['a common one', 'Password1234', /tried first/],
])('%s is too weak', (_, password, why) => {
  expect(weaknessOf(password, 'ada@example.com')).toMatch(why);
});

test('a sentence is a good password', () => {
  expect(weaknessOf('ships leave at noon', 'ada@example.com')).toBeNull();
});
