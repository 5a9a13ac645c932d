import { expect, test } from 'vitest';
import { compareNotes } from './resync.ts';

const a = { taskId: 'a', attempt: 1 };
const b = { taskId: 'b', attempt: 2 };
const runs = (taskId: string, attempt: number) => ({ id: taskId, attempt, status: 'running' });
const nothing = { continue: [], abandon: [], send: [], takeBack: [], requeue: [] };

test('what both sides know of goes on', () => {
  expect(compareNotes([runs('a', 1)], { running: [a], finished: [] }, true)).toEqual({
    ...nothing,
    continue: [a],
  });
});

test('an outcome that is wanted is asked for, also from the next boot', () => {
  for (const sameBoot of [true, false]) {
    expect(compareNotes([runs('a', 1)], { running: [], finished: [a] }, sameBoot)).toEqual({
      ...nothing,
      send: [a],
    });
  }
});

test('what was given to somebody else, or is finished, is abandoned', () => {
  expect(compareNotes([], { running: [a], finished: [b] }, true)).toEqual({ ...nothing, abandon: [a, b] });
});

test('another attempt of the same task is another one', () => {
  const notes = compareNotes([runs('b', 3)], { running: [b], finished: [] }, true);
  expect(notes).toEqual({ ...nothing, abandon: [b], takeBack: [{ id: 'b', neverBegan: true }] });
});

test('a claim whose answer was lost has never begun', () => {
  const notes = compareNotes([runs('a', 1)], { running: [], finished: [] }, true);
  expect(notes).toEqual({ ...nothing, takeBack: [{ id: 'a', neverBegan: true }] });
});

test('what a former boot ran may have begun', () => {
  const notes = compareNotes([runs('a', 1)], { running: [], finished: [] }, false);
  expect(notes).toEqual({ ...nothing, takeBack: [{ id: 'a', neverBegan: false }] });
});

test('an offer of the connection before is made anew', () => {
  const notes = compareNotes(
    [{ id: 'a', attempt: 1, status: 'offered' }],
    { running: [], finished: [] },
    true,
  );
  expect(notes).toEqual({ ...nothing, requeue: ['a'] });
});
