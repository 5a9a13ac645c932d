import { expect, test } from 'vitest';
import { parseIfMatch, preferredType, wantsYaml } from './negotiation.ts';

test.each([
  [undefined, false],
  ['*/*', false],
  ['application/json', false],
  ['application/yaml', true],
  ['text/yaml', true],
  ['application/json, application/yaml', false],
  ['application/json;q=0.5, application/yaml', true],
  ['application/yaml;q=0', false],
  ['text/html, */*;q=0.1', false],
  ['nonsense;;q=x,', false],
])('Accept %s: YAML %s', (accept, yaml) => {
  expect(wantsYaml(accept)).toBe(yaml);
});

test('a type that is named goes before a wildcard', () => {
  expect(preferredType('*/*;q=0.9, application/x-ndjson', ['text/plain', 'application/x-ndjson'])).toBe(
    'application/x-ndjson',
  );
  expect(
    preferredType('text/*;q=0.2, application/x-ndjson;q=0.1', ['text/plain', 'application/x-ndjson']),
  ).toBe('text/plain');
});

test.each([
  ['"3"', 3],
  ['W/"12"', 12],
  ['7', 7],
  ['*', undefined],
  [undefined, undefined],
])('If-Match %s names version %s', (header, version) => {
  expect(parseIfMatch(header)).toBe(version);
});

test.each(['"abc"', '"1", "2"', '', '-1', '"99999999999"'])('If-Match %s is refused', (header) => {
  expect(() => parseIfMatch(header)).toThrow(expect.objectContaining({ code: 'request.malformed' }));
});
