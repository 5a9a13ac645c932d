import { expect, test } from 'vitest';
import type { Cause } from '@slipway/readiness';
import { createCauseTracker, toReportedCause } from './cause-tracker.ts';

const cause = (fields: Partial<Cause> = {}): Cause => ({
  key: 'pod.unschedulable Pod a',
  code: 'pod.unschedulable',
  severity: 'fatal',
  ends: { afterMs: 300_000 },
  object: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a' },
  title: 'No node can take the pod',
  message: 'm',
  evidence: [],
  hints: [],
  ...fields,
});

test('a cause ends so long after its first sight, not after its last', () => {
  const tracker = createCauseTracker();
  expect(tracker.update([cause()], 1_000)).toMatchObject({
    tracked: [{ endsAt: 301_000 }],
    fresh: [{ firstSeenAt: 1_000 }],
  });
  expect(tracker.update([cause()], 200_000)).toMatchObject({ tracked: [{ endsAt: 301_000 }], fresh: [] });
});

test('one that went away and comes back starts anew', () => {
  const tracker = createCauseTracker();
  tracker.update([cause()], 1_000);
  tracker.update([], 2_000);
  expect(tracker.update([cause()], 3_000).tracked[0]?.endsAt).toBe(303_000);
});

test('one that grows worse under the same key is told again and ends at once', () => {
  const tracker = createCauseTracker();
  tracker.update([cause({ ends: 'never', title: 'restarted once' })], 1_000);
  const { tracked, fresh } = tracker.update([cause({ ends: 'now', title: 'restarted 3 times' })], 2_000);
  expect(fresh).toHaveLength(1);
  expect(tracked[0]?.endsAt).toBe(2_000);
});

test('until its end a cause is a warning that says until when', () => {
  const [tracked] = createCauseTracker().update([cause()], 0).tracked;
  if (tracked === undefined) throw new Error('nothing tracked');
  expect(toReportedCause(tracked, 1_000)).toMatchObject({
    severity: 'warning',
    since: '1970-01-01T00:00:00.000Z',
    until: '1970-01-01T00:05:00.000Z',
  });
  expect(toReportedCause(tracked, 300_000)).not.toHaveProperty('until');
  expect(toReportedCause(tracked, 300_000).severity).toBe('fatal');
});
