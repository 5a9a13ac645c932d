import { describe, expect, it } from 'vitest';
import { toFilePath } from './file-path.ts';

describe('file paths', () => {
  it.each([
    ['web/deployment.yaml', '/web/deployment.yaml'],
    ['/web/deployment.yaml', '/web/deployment.yaml'],
    ['ü ber.yaml', '/ü ber.yaml'],
  ])('reads %s', (raw, path) => expect(toFilePath(raw)).toBe(path));

  it.each([
    '',
    '/',
    '../x',
    'a/../../b',
    './a',
    'a//b',
    'a/',
    'a\\b',
    'a\u0000b',
    'x'.repeat(600),
    'a/'.repeat(30) + 'b',
  ])('refuses %j', (raw) => expect(() => toFilePath(raw)).toThrow(/is not a file path/));
});
