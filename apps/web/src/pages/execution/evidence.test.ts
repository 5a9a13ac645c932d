import type { Cause, Evidence } from '@slipway/contracts';
import { expect, it } from 'vitest';
import { distinctEvidence, failureMessage, messageOf } from './evidence.ts';

const piece = (kind: Evidence['kind'], text: string): Evidence => ({ kind, text });
const status = piece('status', 'ErrImagePull: rpc error: not found');
const event = piece('event', 'Failed: Failed to pull image "web:9": rpc error: not found');
const cause: Cause = {
  code: 'image.not_found',
  severity: 'fatal',
  title: 'The image web:9 does not exist',
  message: 'Failed to pull image "web:9": rpc error: not found',
  evidence: [status, event],
  hints: [],
};

it('shows each proof once, the fuller one', () => {
  expect(distinctEvidence([status, event])).toEqual([event]);
  expect(distinctEvidence([event, event])).toEqual([event]);
  expect(distinctEvidence([piece('log', 'a'), piece('log', 'b')])).toHaveLength(2);
});

it('does not say twice what the proof or the title says', () => {
  expect(messageOf(cause)).toBeNull();
  expect(messageOf({ ...cause, message: 'Something else.' })).toBe('Something else.');
  const failure = { code: 'x', errorType: 'Unknown', causes: [], evidence: [], hints: [] } as const;
  const base = { ...failure, causes: [], evidence: [], hints: [] };
  expect(failureMessage({ ...base, message: `${cause.title}. ${cause.message}` }, [cause])).toBeNull();
  expect(failureMessage({ ...base, message: 'The step timed out.' }, [cause])).toBe('The step timed out.');
});
