import { z } from 'zod';

const unitMs = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;
const pattern = /^[1-9]\d*[wdhms]( ?\d+[wdhms])*$/;
const maximumMs = 53 * unitMs.w;

/** `1h 30m` to milliseconds; `null` when it is not a duration or is longer than 53 weeks. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (!pattern.test(trimmed)) return null;
  let total = 0;
  for (const part of trimmed.matchAll(/(\d+)([wdhms])/g)) {
    // The pattern admits these five letters only.
    total += Number(part[1]) * unitMs[part[2] as keyof typeof unitMs];
  }
  return total <= maximumMs ? total : null;
}

/** Milliseconds to the shortest writing: `5400000` is `1h 30m`. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1000));
  const parts: string[] = [];
  for (const unit of ['w', 'd', 'h', 'm', 's'] as const) {
    const size = unitMs[unit] / 1000;
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.length > 0 ? parts.join(' ') : '0s';
}

export const hasExpression = (value: string): boolean => value.includes('<+');

/** A duration of at least `minimumMs`, or text with an expression, which is checked when it is resolved. */
export const durationSchema = (minimumMs = 0) =>
  z.string().superRefine((value, context) => {
    if (hasExpression(value)) return;
    const ms = parseDuration(value);
    if (ms === null) {
      context.addIssue({
        code: 'custom',
        message: 'Write a duration such as 10m, 1h 30m or 1d (units w d h m s, at most 53w).',
      });
    } else if (ms < minimumMs) {
      context.addIssue({
        code: 'custom',
        message: `The shortest duration here is ${formatDuration(minimumMs)}.`,
      });
    }
  });
