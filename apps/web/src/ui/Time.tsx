import { useNow } from '../hooks/use-now.ts';
import { durationText, fullTime, relativeTime } from '../util/relative-time.ts';

/** A moment as distance from now, with the whole moment on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNow(10_000);
  return (
    <time className="nums" dateTime={at} title={fullTime(at)}>
      {relativeTime(at, now)}
    </time>
  );
}

/** From start to end; while there is no end, it counts. */
export function Elapsed({ from, to }: { from: string; to?: string | undefined }) {
  const now = useNow(1000, to === undefined);
  const end = to === undefined ? now : Date.parse(to);
  return <span className="nums">{durationText(end - Date.parse(from))}</span>;
}
