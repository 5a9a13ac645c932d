import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { annotations, behaviours } from './annotations.ts';
import { kwokConfig, stages } from './kwok-config.ts';
import { invalidNamePattern, missingTagPattern } from './selection.ts';

test('every stage has its own name and does something', () => {
  expect(new Set(stages.map((stage) => stage.metadata.name)).size).toBe(stages.length);
  for (const stage of stages) expect(stage.spec.steps.length, stage.metadata.name).toBeGreaterThan(0);
});

test('the file is one configuration and all stages', () => {
  const documents = parseAllDocuments(kwokConfig());
  expect(documents.map((document) => document.errors)).toEqual(documents.map(() => []));
  expect(documents.length).toBe(stages.length + 1);
});

test('every behaviour and annotation is used by a stage, or by the logs', () => {
  const text = kwokConfig();
  for (const behaviour of behaviours) expect(text).toContain(behaviour);
  const byLogs: string[] = [annotations.logLines];
  for (const annotation of Object.values(annotations).filter((name) => !byLogs.includes(name))) {
    expect(text).toContain(annotation);
  }
});

test.each([
  ['nginx:does-not-exist', true],
  ['registry:5000/team/nginx:1-missing', true],
  ['nginx:does-not-exist@sha256:0000', true],
  ['nginx:1.29', false],
  ['missing/nginx:1', false],
  ['does-not-exist', false],
])('%s is an image that cannot be pulled: %s', (image, expected) => {
  expect(new RegExp(missingTagPattern).test(image)).toBe(expected);
});

test.each([
  ['Nginx', true],
  ['ghcr.io/Team/web:1', true],
  ['nginx:V1', false],
  ['nginx', false],
])('%s is an invalid name: %s', (image, expected) => {
  expect(new RegExp(invalidNamePattern).test(image)).toBe(expected);
});
