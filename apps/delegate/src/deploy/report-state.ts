import type { Progress } from '@slipway/contracts';
import { displayName } from '@slipway/deploy-engine';
import { sentenceOf, toObjectStatuses } from './assess-release.ts';
import type { Assessment } from './assess-release.ts';
import { toReportedCause } from './cause-tracker.ts';
import type { TrackedCause } from './cause-tracker.ts';
import type { SectionLog } from './sections.ts';

/** Above so many objects the picture is not drawn anew for each change. */
const LARGE = 100;
const DRAW_INTERVAL_MS = 250;

export interface ReporterOptions {
  log: SectionLog;
  /** What the apply did to each object, by key, for the progress shown. */
  changes: ReadonlyMap<string, string>;
  onProgress: (progress: Pick<Progress, 'sentence' | 'causes' | 'objects'>) => void;
}

export interface Reporter {
  /** Gives when it wants to be called again (Unix milliseconds), if it left the picture as it was to save time. */
  report(
    assessment: Assessment,
    tracked: readonly TrackedCause[],
    fresh: readonly TrackedCause[],
    now: number,
  ): number | undefined;
}

/** Writes a line for each change and keeps the console's picture up to date. */
export function createReporter(options: ReporterOptions): Reporter {
  const last = new Map<string, string>();
  let drawnAt = 0;
  return {
    report: (assessment, tracked, fresh, now) => {
      for (const { item, verdict } of assessment.objects) {
        const line = `Status : ${displayName(item.address)}: ${verdict.message}`;
        if (last.get(item.key) === line) continue;
        last.set(item.key, line);
        options.log.info(line);
      }
      for (const { cause, endsAt } of fresh) {
        const wait =
          endsAt === undefined || endsAt <= now ? '' : ` Waiting until ${new Date(endsAt).toISOString()}.`;
        options.log.warn(`${displayName(cause.object)}: ${cause.title}. ${cause.message}${wait}`);
        for (const { kind, text } of cause.evidence)
          if (kind === 'event') options.log.warn(`Event : ${text}`);
      }
      const isLarge = assessment.objects.length > LARGE;
      const isSettled =
        assessment.pending.length === 0 ||
        tracked.some(({ endsAt }) => endsAt !== undefined && endsAt <= now);
      if (isLarge && !isSettled && now < drawnAt + DRAW_INTERVAL_MS) return drawnAt + DRAW_INTERVAL_MS;
      drawnAt = now;
      options.onProgress({
        sentence: sentenceOf(assessment),
        causes: tracked.map((item) => toReportedCause(item, now)),
        objects: toObjectStatuses(assessment, options.changes),
      });
      return undefined;
    },
  };
}
