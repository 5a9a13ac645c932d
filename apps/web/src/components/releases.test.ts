import type { ReleaseView } from '@slipway/contracts';
import { expect, it } from 'vitest';
import { imageVersion, placesOf } from './releases.ts';

const release = (number: number, environment: string): ReleaseView => ({
  name: 'r',
  number,
  status: 'succeeded',
  service: 's',
  environment,
  infrastructure: 'i',
  namespace: 'n',
  executionId: `e${number}`,
  node: 'deploy.rollout',
  createdAt: '2026-11-21T00:00:00Z',
  inventory: [],
  images: [],
});

it('tells what serves in each place from what was tried last', () => {
  const rolledBack: ReleaseView = { ...release(4, 'staging'), status: 'rolled-back' };
  const places = placesOf([rolledBack, release(3, 'staging'), release(2, 'prod'), release(1, 'staging')]);
  expect(places.map((place) => [place.environment, place.newest.number, place.running?.number])).toEqual([
    ['staging', 4, 3],
    ['prod', 2, 2],
  ]);
});

it.each([
  ['registry.example.com:5000/team/web:2.14.1', '2.14.1'],
  ['web', 'web'],
  ['registry/web@sha256:0123456789abcdef0123', '0123456789ab'],
  ['registry/web:1.0@sha256:0123456789abcdef0123', '1.0'],
])('writes the version of %s as %s', (image, version) => expect(imageVersion(image)).toBe(version));
