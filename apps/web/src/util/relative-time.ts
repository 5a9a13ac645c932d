const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `just now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`; in the future `in 3 min`. */
export function relativeTime(at: string, nowMs: number): string {
  const distance = nowMs - Date.parse(at);
  if (Number.isNaN(distance)) return '';
  const size = Math.abs(distance);
  if (size < 5000) return 'just now';
  const text =
    size < minute
      ? `${Math.floor(size / 1000)} s`
      : size < hour
        ? `${Math.floor(size / minute)} min`
        : size < day
          ? `${Math.floor(size / hour)} h`
          : `${Math.floor(size / day)} d`;
  return distance >= 0 ? `${text} ago` : `in ${text}`;
}

/** Exact and short: `0.4 s`, `32 s`, `4 min 05 s`, `1 h 02 min`. */
export function durationText(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 1000) return whole < 100 ? `${Math.round(whole)} ms` : `${(whole / 1000).toFixed(1)} s`;
  if (whole < 10_000) return `${(Math.floor(whole / 100) / 10).toFixed(1)} s`;
  if (whole < minute) return `${Math.floor(whole / 1000)} s`;
  if (whole < hour) {
    return `${Math.floor(whole / minute)} min ${String(Math.floor((whole % minute) / 1000)).padStart(2, '0')} s`;
  }
  return `${Math.floor(whole / hour)} h ${String(Math.floor((whole % hour) / minute)).padStart(2, '0')} min`;
}

/** `14:02:10`, in the browser's time zone. */
export function clockTime(at: string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((n) => String(n).padStart(2, '0'))
    .join(':');
}

/** `14:02:10.204`, for log lines. */
export function clockTimeMs(at: string): string {
  return `${clockTime(at)}.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`;
}

/** The whole moment, for a title: `2026-11-21 14:02:10`. */
export function fullTime(at: string): string {
  const date = new Date(at);
  const day2 = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((n) =>
    String(n).padStart(2, '0'),
  );
  return `${day2.join('-')} ${clockTime(at)}`;
}
