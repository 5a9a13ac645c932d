import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { compute, needsWaiting } from './index.ts';
import type { ClaimSurroundings, Resource, Verdict } from './index.ts';

interface Row {
  shows: string;
  resource: Resource;
  surroundings?: ClaimSurroundings;
  verdict: Partial<Verdict>;
}

// The table is written by hand in this form.
const rows = parse(readFileSync(new URL('../testdata/verdicts.yaml', import.meta.url), 'utf8')) as Row[];

test.for(rows.map((row) => [row.shows, row] as const))('%s', ([, row]) => {
  expect(
    compute({ ...row.resource, apiVersion: row.resource.apiVersion ?? 'v1' }, row.surroundings),
  ).toMatchObject(row.verdict);
});

test('an object that does not exist is not found', () => {
  expect(compute(undefined).status).toBe('not-found');
});

test('what is ready once stored need not be watched', () => {
  expect(needsWaiting({ apiVersion: 'v1', kind: 'ConfigMap' })).toBe(false);
  expect(needsWaiting({ apiVersion: 'apps/v1', kind: 'Deployment' })).toBe(true);
  expect(needsWaiting({ apiVersion: 'example.com/v1', kind: 'ConfigMap' })).toBe(true);
});
