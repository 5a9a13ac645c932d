import type { ConnectionTestStep, TaskOutcome } from '@slipway/contracts';
import { describe, expect, it } from 'vitest';
import { toConnectivity, toTestResult } from './connection-test.ts';

const times = { testedAt: new Date('2026-01-02T03:04:05Z'), durationMs: 40 };
const delegate = { name: 'eu', instance: 'eu-0' };
const step = (
  name: ConnectionTestStep['step'],
  status: ConnectionTestStep['status'],
): ConnectionTestStep => ({ step: name, title: name, status, detail: `${name} ${status}` });
const finished = (steps: ConnectionTestStep[]): TaskOutcome => ({
  kind: 'succeeded',
  outputs: {},
  result: { connectionTest: { steps } },
});

describe('the result of a connection test', () => {
  it('succeeds when no step failed', () => {
    const outcome = finished([step('delegate', 'succeeded'), step('list-controllers', 'skipped')]);
    expect(toTestResult({ kind: 'finished', outcome, delegate }, [], times)).toMatchObject({
      status: 'SUCCESS',
      delegate,
      durationMs: 40,
    });
  });

  it('fails with the summary of the step that failed', () => {
    const outcome = finished([step('delegate', 'succeeded'), step('tls', 'failed')]);
    expect(toTestResult({ kind: 'finished', outcome, delegate }, [], times)).toMatchObject({
      status: 'FAILURE',
      errorSummary: 'tls failed',
    });
  });

  it('is unknown, not failed, when no delegate could run it, and says why for each', () => {
    const verdicts = [
      { delegate: 'us', eligible: false, reason: 'lacks the tag eu', remedy: 'Add the tag eu to us.' },
    ];
    const result = toTestResult({ kind: 'no-delegate', verdicts }, ['eu'], times);
    expect(result.status).toBe('UNKNOWN');
    expect(result.steps.map(({ status }) => status)).toEqual([
      'failed',
      'skipped',
      'skipped',
      'skipped',
      'skipped',
    ]);
    expect(result.steps[0]?.cause).toMatchObject({
      code: 'delegate.none_eligible',
      title: 'No connected delegate has all of the tags eu',
      evidence: [{ text: 'us: lacks the tag eu' }],
    });
    expect(result.steps[0]?.cause?.hints[0]).toBe('Add the tag eu to us.');
  });

  it('is unknown when no answer came in time', () => {
    expect(toTestResult({ kind: 'timed-out', afterMs: 30_000 }, [], times)).toMatchObject({
      status: 'UNKNOWN',
      errorSummary: 'No answer from a delegate within 30 s',
    });
  });

  it('fails when the delegate broke the test off', () => {
    expect(
      toTestResult({ kind: 'finished', outcome: { kind: 'cancelled' }, delegate }, [], times),
    ).toMatchObject({ status: 'FAILURE', errorSummary: 'The test was broken off' });
  });
});

describe('what is kept of a connector after a test', () => {
  it('remembers when it was last reached', () => {
    const good = toConnectivity(
      toTestResult({ kind: 'finished', outcome: finished([]), delegate }, [], times),
      null,
    );
    expect(good).toMatchObject({ status: 'SUCCESS', lastConnectedAt: '2026-01-02T03:04:05.000Z' });
    const later = { ...times, testedAt: new Date('2026-02-02T00:00:00Z') };
    const bad = toConnectivity(
      toTestResult({ kind: 'finished', outcome: finished([step('tls', 'failed')]), delegate }, [], later),
      good,
    );
    expect(bad).toMatchObject({
      status: 'FAILURE',
      lastTestedAt: '2026-02-02T00:00:00.000Z',
      lastConnectedAt: '2026-01-02T03:04:05.000Z',
    });
  });
});
