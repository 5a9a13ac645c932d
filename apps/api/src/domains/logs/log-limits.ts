/** A section keeps this much; what comes later is left out, with a notice as its last line. */
export const mostLines = 50_000;
export const mostBytes = 5 * 1024 * 1024;
/** More sections than any step has; the rest is left out. */
export const mostSections = 100;

export interface PlainLine {
  readonly at: string;
  readonly level: 'info' | 'warn' | 'error' | 'debug';
  readonly text: string;
}

export interface Fullness {
  readonly lines: number;
  readonly bytes: number;
  readonly truncated: boolean;
}

export interface Fitted {
  readonly kept: readonly PlainLine[];
  readonly after: Fullness;
}

/** How much of new lines still fits into a section; the first that does not becomes the notice. */
export function fitLines(before: Fullness, lines: readonly PlainLine[]): Fitted {
  if (before.truncated) return { kept: [], after: before };
  const kept: PlainLine[] = [];
  let { bytes } = before;
  for (const line of lines) {
    const size = Buffer.byteLength(line.text) + 1;
    if (before.lines + kept.length >= mostLines || bytes + size > mostBytes) {
      kept.push({ at: line.at, level: 'warn', text: truncationNotice });
      return { kept, after: { lines: before.lines + kept.length, bytes, truncated: true } };
    }
    bytes += size;
    kept.push(line);
  }
  return { kept, after: { lines: before.lines + kept.length, bytes, truncated: false } };
}

export const truncationNotice = `The log ends here: a section keeps ${mostLines} lines and ${mostBytes / 1024 / 1024} MiB. The step goes on.`;
