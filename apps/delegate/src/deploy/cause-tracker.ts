import type { Cause as ReportedCause } from '@slipway/contracts';
import type { Cause } from '@slipway/readiness';

/** A cause with when it was first seen and when it ends the wait (milliseconds of the Unix epoch). */
export interface TrackedCause {
  cause: Cause;
  firstSeenAt: number;
  endsAt: number | undefined;
}

/** Remembers when each cause was first seen; one that goes away and comes back starts anew. */
export interface CauseTracker {
  /** What holds now, and what of it is new. */
  update(causes: readonly Cause[], now: number): { tracked: TrackedCause[]; fresh: TrackedCause[] };
}

export function createCauseTracker(): CauseTracker {
  let known = new Map<string, TrackedCause>();
  return {
    update: (causes, now) => {
      const next = new Map<string, TrackedCause>();
      const fresh: TrackedCause[] = [];
      for (const cause of causes) {
        const before = known.get(cause.key);
        const firstSeenAt = before?.firstSeenAt ?? now;
        const tracked = { cause, firstSeenAt, endsAt: endOf(cause, firstSeenAt, now) };
        next.set(cause.key, tracked);
        if (before === undefined || before.cause.title !== cause.title) fresh.push(tracked);
      }
      known = next;
      return { tracked: [...next.values()], fresh };
    },
  };
}

function endOf(cause: Cause, firstSeenAt: number, now: number): number | undefined {
  if (cause.ends === 'now') return now;
  return cause.ends === 'never' ? undefined : firstSeenAt + cause.ends.afterMs;
}

/** For the console: a cause that still waits is a warning, with its end. */
export function toReportedCause({ cause, firstSeenAt, endsAt }: TrackedCause, now: number): ReportedCause {
  const isOver = endsAt !== undefined && endsAt <= now;
  const { apiVersion, kind, namespace, name } = cause.object;
  return {
    code: cause.code,
    severity: isOver ? 'fatal' : 'warning',
    title: cause.title,
    message: cause.message,
    object: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name },
    evidence: cause.evidence.map(({ kind: source, text, at }) => ({
      kind: source,
      text,
      ...(at === undefined ? {} : { at }),
    })),
    hints: cause.hints,
    since: new Date(firstSeenAt).toISOString(),
    ...(isOver || endsAt === undefined ? {} : { until: new Date(endsAt).toISOString() }),
  };
}
