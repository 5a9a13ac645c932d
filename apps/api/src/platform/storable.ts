/** JSON escapes of what Postgres refuses in a jsonb: U+0000, and halves of surrogate pairs. Also some that are fine; those are kept. */
const suspicious = /\\u(0000|d[89a-f])/i;

/**
 * The same data in a form that a jsonb column takes. What comes out of programs and clusters may hold any bytes; without this a single
 * odd character would keep an outcome from ever being recorded.
 */
export function toStorable<T>(value: T): T {
  const text = JSON.stringify(value);
  if (text === undefined || !suspicious.test(text)) return value;
  // Only texts change, to other texts.
  return JSON.parse(text, (_key, each: unknown) =>
    typeof each === 'string' ? each.toWellFormed().replaceAll('\u0000', '\u2400') : each,
  ) as T;
}
