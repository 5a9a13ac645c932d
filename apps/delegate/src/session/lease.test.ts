import { expect, test, vi } from 'vitest';
import { LeaseEndedError } from '../cluster/cluster-error.ts';
import { createLease, now } from './lease.ts';

const never = (): void => {
  throw new Error('the lease ended');
};

test('a lease is held from when it was asked for, and ends by itself', async () => {
  const ended: LeaseEndedError[] = [];
  const lease = createLease(now(), 50, (error) => ended.push(error));
  expect(lease.held).toBe(true);
  expect(lease.assertHeld).not.toThrow();
  await vi.waitFor(() => expect(ended).toHaveLength(1), { timeout: 2000, interval: 5 });
  expect(lease.held).toBe(false);
  expect(lease.assertHeld).toThrow(LeaseEndedError);
});

test('a renewal counts from when it was sent, not from when it was answered', () => {
  const longAgo = { wallMs: now().wallMs - 1000, monotonicMs: now().monotonicMs - 1000 };
  const lease = createLease(now(), 60_000, () => {});
  lease.renew(longAgo, 500);
  expect(lease.held).toBe(false);
});

test('a machine that slept has lost its lease, though its own clock stood still', () => {
  const asleep = { wallMs: now().wallMs - 120_000, monotonicMs: now().monotonicMs };
  expect(createLease(asleep, 60_000, () => {}).held).toBe(false);
});

test('a clock that is set back does not prolong a lease', () => {
  const before = { wallMs: now().wallMs + 3_600_000, monotonicMs: now().monotonicMs - 61_000 };
  expect(createLease(before, 60_000, () => {}).held).toBe(false);
});

test('what has ended cannot be renewed, and ends once', () => {
  const reasons: string[] = [];
  const lease = createLease(now(), 60_000, (error) => reasons.push(error.message));
  lease.end('taken back');
  lease.end('again');
  lease.renew(now(), 60_000);
  expect(lease.held).toBe(false);
  expect(reasons).toEqual(['taken back']);
});

test('a held lease tells nobody', () => {
  const lease = createLease(now(), 60_000, never);
  lease.renew(now(), 60_000);
  expect(lease.held).toBe(true);
});
