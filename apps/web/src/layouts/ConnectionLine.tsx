import { useLiveness } from '../live/LiveProvider.tsx';
import { useNow } from '../hooks/use-now.ts';
import { Mark } from '../ui/Mark.tsx';
import { clockTime, relativeTime } from '../util/relative-time.ts';
import classes from './ConnectionLine.module.css';

/** Only while live messages do not arrive: since when, and that it mends itself. */
export function ConnectionLine() {
  const { state, sinceMs } = useLiveness();
  const now = useNow(1000, state === 'lost');
  if (state !== 'lost' || now - sinceMs < 1500) return null;
  const since = new Date(sinceMs).toISOString();
  return (
    <div className={classes.line} role="status">
      <Mark tone="warn" />
      <span>
        Connection lost at {clockTime(since)} ({relativeTime(since, now)}). What you see may be old; it
        catches up by itself.
      </span>
    </div>
  );
}
