import { ProblemSchema, errors } from '@slipway/contracts';
import { expect, test } from 'vitest';
import { AppError, fail } from './fail.ts';
import { toAppError, toProblem } from './problem.ts';

test('what went wrong inside stays inside', () => {
  const problem = toProblem(toAppError(new Error('connect to 10.0.0.7 with password hunter2')), 'request-1');
  expect(problem).toMatchObject({ code: 'internal', status: 500, instance: 'request-1' });
  expect(JSON.stringify(problem)).not.toContain('hunter2');
});

test('context and cause are for the log alone', () => {
  const failure = new AppError('entity.in_use', 'It is used.', {
    hint: 'Delete the other first.',
    details: { by: ['web'] },
    context: { query: 'inner-marker' },
    cause: new Error('inner-marker'),
  });
  for (const shown of [JSON.stringify(failure), JSON.stringify(toProblem(failure, 'r'))]) {
    expect(shown).toContain('Delete the other first.');
    expect(shown).not.toContain('inner-marker');
  }
});

test('every code makes a problem that keeps its contract', () => {
  for (const code of Object.keys(errors)) {
    const failure = toAppError(catchFailure(code));
    const problem = ProblemSchema.parse(toProblem(failure, 'r'));
    expect(problem.type).toBe(`/docs/errors#${code}`);
    expect(problem.status).toBeGreaterThanOrEqual(400);
  }
});

function catchFailure(code: string): unknown {
  try {
    // Keys of the catalogue are its codes.
    return fail(code as keyof typeof errors, 'Something is wrong.');
  } catch (error) {
    return error;
  }
}

test.each([
  [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'service.unavailable'],
  [Object.assign(new Error('gone'), { code: 'P1001' }), 'service.unavailable'],
  [Object.assign(new Error('too large'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE' }), 'request.too_large'],
  [Object.assign(new Error('nul'), { code: '22021' }), 'request.malformed'],
  ['a text that was thrown', 'internal'],
  [undefined, 'internal'],
])('%s is answered as %s', (error, code) => {
  expect(toAppError(error).code).toBe(code);
});
