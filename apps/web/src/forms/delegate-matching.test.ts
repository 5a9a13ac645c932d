import type { DelegateView } from '@slipway/contracts';
import { expect, it } from 'vitest';
import { fitWords, matchDelegates } from './delegate-matching.ts';

const delegate = (name: string, tags: string[], connected: number): DelegateView => ({
  name,
  tags,
  scope: {},
  connected: connected > 0,
  createdAt: '2026-11-21T00:00:00Z',
  instances: Array.from({ length: connected }, (_, index) => ({
    instanceId: `${name}-${index}`,
    hostname: name,
    version: '0.1.0',
    protocolVersion: '1',
    connected: true,
    draining: false,
    runningTasks: 0,
  })),
});

const all = [delegate('west', ['prod'], 0), delegate('east', ['prod', 'gpu'], 2), delegate('lab', [], 1)];

it('puts those with all tags first, connected ones before the others', () => {
  expect(matchDelegates(all, ['prod']).map((match) => [match.delegate.name, match.missing])).toEqual([
    ['east', []],
    ['west', []],
    ['lab', ['prod']],
  ]);
});

it('counts the name of a delegate among its tags', () => {
  expect(fitWords(matchDelegates(all, ['lab']))).toBe('1 connected instance fits');
});

it('says in words who fits', () => {
  expect(fitWords(matchDelegates(all, ['prod']))).toBe('2 connected instances fit');
  expect(fitWords(matchDelegates(all, ['moon']))).toBe('none fits');
  expect(fitWords(matchDelegates([delegate('west', ['prod'], 0)], ['prod']))).toBe('none connected');
});
