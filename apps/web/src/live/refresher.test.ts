import { expect, it, vi } from 'vitest';
import { createRefresher } from './refresher.ts';

it('joins a burst into one read now and one after it', async () => {
  let reads = 0;
  let finish = (): void => undefined;
  const refresh = () => {
    reads += 1;
    return new Promise<void>((resolve) => (finish = resolve));
  };
  const refresher = createRefresher(1);
  for (let message = 0; message < 20; message += 1) refresher.request('execution', refresh);
  expect(reads).toBe(1);
  finish();
  await vi.waitFor(() => expect(reads).toBe(2));
  finish();
  refresher.request('another', refresh);
  await vi.waitFor(() => expect(reads).toBe(3));
});

it('goes on after a read that failed', async () => {
  let reads = 0;
  const refresh = () => {
    reads += 1;
    return Promise.reject(new Error('away'));
  };
  const refresher = createRefresher(1);
  refresher.request('list', refresh);
  refresher.request('list', refresh);
  await vi.waitFor(() => expect(reads).toBe(2));
});
