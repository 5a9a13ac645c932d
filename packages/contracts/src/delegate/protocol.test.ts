import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  HelloSchema,
  ProtocolErrorSchema,
  RefusalSchema,
  delegateMessages,
  isCompatible,
  serverMessages,
} from './protocol.ts';

const folder = path.resolve(import.meta.dirname, '../../testdata/delegate');
const samples = readdirSync(folder).map((file) => ({
  name: file.replace(/\.json$/, ''),
  sample: JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as {
    request?: unknown;
    answer?: unknown;
  },
}));
/** `task.claim-refused` is another sample of `task.claim`. */
const kindOf = (name: string): string => name.split('-')[0] ?? name;

test.each(samples)('the sample $name is read, and nothing of it is lost', ({ name, sample }) => {
  const kind = kindOf(name);
  const request = delegateMessages[kind as keyof typeof delegateMessages];
  if (request !== undefined) {
    expect(request.request.parse(sample.request)).toEqual(sample.request);
    expect(request.answer.parse(sample.answer)).toEqual(sample.answer);
    return;
  }
  const alone = { hello: HelloSchema, refusal: RefusalSchema, error: ProtocolErrorSchema, ...serverMessages };
  const schema = alone[kind as keyof typeof alone];
  expect(schema, `a schema for ${kind}`).toBeDefined();
  expect(schema.parse(sample)).toEqual(sample);
});

test('every message has a sample', () => {
  const sampled = new Set(samples.map(({ name }) => kindOf(name)));
  const missing = [...Object.keys(delegateMessages), ...Object.keys(serverMessages)].filter(
    (kind) => !sampled.has(kind),
  );
  expect(missing).toEqual([]);
});

test('every message is described in the protocol document', () => {
  const document = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/protocol.md'), 'utf8');
  for (const kind of [...Object.keys(delegateMessages), ...Object.keys(serverMessages)]) {
    expect(document).toContain(`\`${kind}\``);
  }
});

test.each([
  ['1.0', '1.0', true],
  ['1.0', '1.1', true],
  ['1.2', '1.1', true],
  ['1.0', '1.2', false],
  ['1.0', '2.0', false],
  ['1.0', 'x', false],
])('%s and %s exchange tasks: %s', (ours, theirs, compatible) => {
  expect(isCompatible(ours, theirs)).toBe(compatible);
});
