import { fail } from './fail.ts';

interface Range {
  readonly type: string;
  readonly quality: number;
}

/**
 * Which of the offered media types an `Accept` header likes best; the first of equals. Without a header, and when it likes none of
 * them, the first one offered: answering is more use to people than 406.
 */
export function preferredType<Offered extends string>(
  accept: string | undefined,
  offered: readonly [Offered, ...Offered[]],
): Offered {
  const ranges = parseRanges(accept ?? '*/*');
  let best: { type: Offered; quality: number } = { type: offered[0], quality: 0 };
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > best.quality) best = { type, quality };
  }
  return best.type;
}

/** Whether the caller asks for the document itself instead of the JSON around it. */
export function wantsYaml(accept: string | undefined): boolean {
  return preferredType(accept, ['application/json', 'application/yaml', 'text/yaml']) !== 'application/json';
}

function parseRanges(accept: string): Range[] {
  return accept.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return { type, quality: Number.isFinite(quality) ? quality : 0 };
  });
}

/** The most specific range that covers the type decides (RFC 9110, 12.5.1). */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const family = `${type.split('/', 1)[0]}/*`;
  for (const candidate of [type, family, '*/*']) {
    const range = ranges.find((entry) => entry.type === candidate);
    if (range !== undefined) return range.quality;
  }
  return 0;
}

/** The version that an `If-Match` header names: `"3"`, `W/"3"` or `3`. `*` and no header ask for none. */
export function parseIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header.trim());
  if (match?.[1] === undefined) {
    fail('request.malformed', 'If-Match takes one version, as the ETag of an answer gives it: "3".');
  }
  return Number(match[1]);
}
