import { expect, it } from 'vitest';
import { checkDocument } from './check-document.ts';
import { mistakeAt } from './mistake-at.ts';

const environment = 'environment:\n  name: staging\n  identifier: staging\n  type: PreProduction\n';

it('finds nothing in a good document', () => {
  expect(checkDocument('environment', environment)).toEqual([]);
});

it('shows a wrong value at its line and field', () => {
  const [mistake] = checkDocument('environment', environment.replace('PreProduction', 'Test'));
  expect(mistake).toMatchObject({ line: 4, path: ['environment', 'type'] });
  expect(mistakeAt(mistake === undefined ? [] : [mistake], ['environment', 'type'])).toBe(mistake?.message);
});

it('shows a missing value at the map that lacks it', () => {
  expect(
    checkDocument('environment', 'environment:\n  identifier: a\n  type: Production\n')[0],
  ).toMatchObject({
    path: ['environment', 'name'],
    line: 2,
  });
});

it('names a field that does not exist, at its line', () => {
  expect(checkDocument('environment', `${environment}  colour: red\n`)[0]).toMatchObject({
    message: 'There is no field colour here.',
    line: 5,
  });
});

it('gives the line of text that is not YAML', () => {
  expect(checkDocument('environment', 'environment:\n  name: "a\n')[0]?.line).toBeGreaterThan(0);
});
