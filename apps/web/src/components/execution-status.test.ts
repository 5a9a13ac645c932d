import { StatusSchema, isTerminal, liveStatuses } from '@slipway/contracts';
import { expect, it } from 'vitest';
import { hasEnded, liveStatusFilter } from './execution-status.ts';

it('agrees with the contracts about which statuses are final', () => {
  expect(StatusSchema.options.filter((status) => hasEnded(status) !== isTerminal(status))).toEqual([]);
});

it('asks for every status that is not final but one that has not begun', () => {
  expect(new Set(liveStatusFilter.split(','))).toEqual(
    new Set(liveStatuses.filter((status) => status !== 'NOT_STARTED')),
  );
});
