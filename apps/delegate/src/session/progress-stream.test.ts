import type { Progress } from '@slipway/contracts';
import { expect, it } from 'vitest';
import { createProgressStream } from './progress-stream.ts';

const progress = (sentence: string): Progress => ({ sentence, causes: [], objects: [] });

it('sends what was set last before it ends, although its turn has not come', async () => {
  const sent: string[] = [];
  const stream = createProgressStream(async (_, { sentence }) => void sent.push(sentence));
  stream.set(progress('1 of 3'));
  await expect.poll(() => sent).toEqual(['1 of 3']);
  stream.set(progress('2 of 3'));
  stream.set(progress('3 of 3'));
  await stream.finish();
  expect(sent).toEqual(['1 of 3', '3 of 3']);
});

it('ends although the newest cannot be sent', async () => {
  const stream = createProgressStream(() => Promise.reject(new Error('away')));
  stream.set(progress('1 of 3'));
  await expect(stream.finish()).resolves.toBeUndefined();
});
