import type { ReleaseView } from '@slipway/contracts';
import type { Tone } from '../ui/Mark.tsx';

type ReleaseStatus = ReleaseView['status'];

export const releaseTones: Readonly<Record<ReleaseStatus, Tone>> = {
  'in-progress': 'run',
  succeeded: 'ok',
  failed: 'fail',
  'rolled-back': 'warn',
};
export const releaseWords: Readonly<Record<ReleaseStatus, string>> = {
  'in-progress': 'Being deployed',
  succeeded: 'Deployed',
  failed: 'Failed',
  'rolled-back': 'Rolled back',
};

/** The newest release of each place, given the newest first. */
function newestByPlace(releases: readonly ReleaseView[]): ReleaseView[] {
  const places = new Map<string, ReleaseView>();
  for (const release of releases) {
    const place = `${release.environment}/${release.infrastructure}`;
    if (!places.has(place)) places.set(place, release);
  }
  return [...places.values()];
}

export interface Place {
  readonly environment: string;
  readonly infrastructure: string;
  /** What serves there: the newest that succeeded; absent before the first. */
  readonly running: ReleaseView | undefined;
  readonly newest: ReleaseView;
}

/** Where a service runs, given its releases, the newest first. */
export function placesOf(releases: readonly ReleaseView[]): Place[] {
  return newestByPlace(releases).map((newest) => ({
    environment: newest.environment,
    infrastructure: newest.infrastructure,
    newest,
    running: releases.find(
      (release) =>
        release.status === 'succeeded' &&
        release.environment === newest.environment &&
        release.infrastructure === newest.infrastructure,
    ),
  }));
}

/** `2.14.1` of `registry/team/web:2.14.1`; the first characters of a digest; the name where neither is written. */
export function imageVersion(image: string): string {
  const [name = '', digest] = image.split('@');
  const last = name.slice(name.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  if (colon >= 0) return last.slice(colon + 1);
  return digest === undefined ? last : digest.replace(/^sha256:/, '').slice(0, 12);
}
