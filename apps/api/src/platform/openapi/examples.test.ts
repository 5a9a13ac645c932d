import { entityKindNames, entityKinds, routeTable } from '@slipway/contracts';
import type { RouteContract } from '@slipway/contracts';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { documents } from './example-documents.ts';
import { exampleOf } from './examples.ts';

/** The schema of the first status of success, unless the answer is empty, text or bytes. */
function viewSchema({ responses }: RouteContract): z.ZodType | undefined {
  const schema = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
  return schema === undefined || ['void', 'string', 'unknown'].includes(schema.type) ? undefined : schema;
}

test('every operation that answers with JSON shows an answer that keeps its contract', () => {
  const faults = routeTable.flatMap((contract) => {
    const parsed = viewSchema(contract)?.safeParse(exampleOf(contract).response);
    return parsed === undefined || parsed.success ? [] : [`${contract.operationId}: ${parsed.error.message}`];
  });
  expect(faults).toEqual([]);
});

test('every operation that takes a body shows one that it would take', () => {
  const faults = routeTable.flatMap((contract) => {
    const { request } = exampleOf(contract);
    if (contract.rawBody !== undefined) return typeof request === 'string' ? [] : [contract.operationId];
    const parsed = contract.body?.safeParse(request);
    return parsed === undefined || parsed.success ? [] : [`${contract.operationId}: ${parsed.error.message}`];
  });
  expect(faults).toEqual([]);
});

test.each(entityKindNames)('the %s of the examples is a valid document', (kind) => {
  const document: unknown = parse(documents[kind]);
  expect(entityKinds[kind].document.safeParse(document).error?.message).toBeUndefined();
});

test('no example answers with the value of a secret', () => {
  const answers = routeTable.map((contract) => JSON.stringify(exampleOf(contract).response ?? null)).join('');
  expect(documents.secret).toContain('the-password');
  expect(answers).not.toContain('the-password');
});
