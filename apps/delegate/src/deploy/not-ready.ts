import { DeployFailure } from './deploy-failure.ts';
import { sentenceOf } from './assess-release.ts';
import type { Assessment } from './assess-release.ts';
import { toReportedCause } from './cause-tracker.ts';
import type { TrackedCause } from './cause-tracker.ts';

/** The failure of a release that a cause has ended. */
export function notReady(
  fatal: readonly TrackedCause[],
  all: readonly TrackedCause[],
  now: number,
): DeployFailure {
  const causes = all
    .map((item) => toReportedCause(item, now))
    .toSorted((left, right) => left.severity.localeCompare(right.severity));
  const first = causes.find((cause) => cause.severity === 'fatal') ?? causes[0];
  return new DeployFailure({
    code: fatal[0]?.cause.code ?? 'release.not_ready',
    errorType: fatal.some(({ cause }) => cause.code === 'quota.exceeded')
      ? 'ResourceLimitsFailure'
      : 'Verification',
    message: first === undefined ? 'The release does not become ready.' : `${first.title}. ${first.message}`,
    causes,
    evidence: first?.evidence ?? [],
    hints: first?.hints ?? [],
  });
}

/** The failure of a release that was not ready when its step had to end. */
export function outOfTime(assessment: Assessment, all: readonly TrackedCause[], now: number): DeployFailure {
  const causes = all.map((item) => toReportedCause(item, now));
  return new DeployFailure({
    code: 'step.timeout',
    errorType: 'Timeout',
    message: `The step's time is over. ${sentenceOf(assessment)}`,
    causes,
    evidence: causes[0]?.evidence ?? [],
    hints: ['Raise the timeout of the step, if the program only starts slowly.', ...(causes[0]?.hints ?? [])],
  });
}
