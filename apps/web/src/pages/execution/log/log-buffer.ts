import type { LogLine } from '@slipway/contracts';

export interface LogBuffer {
  /** Adds lines of a section, in any order and with repeats; gives whether anything was new. */
  add(lines: readonly LogLine[]): boolean;
  lines(section: string): readonly LogLine[];
  /** The lines of all sections as they are now, as a new value each time. */
  snapshot(): ReadonlyMap<string, readonly LogLine[]>;
  /** The last number without a gap before it: what to ask for after. */
  last(section: string): number;
}

/** The lines of one node, by section. Numbers begin at 1 and each comes once. */
export function createLogBuffer(): LogBuffer {
  const sections = new Map<string, LogLine[]>();
  const none: readonly LogLine[] = [];
  return {
    add(lines) {
      let grew = false;
      for (const line of lines) {
        const kept = sections.get(line.section) ?? [];
        const last = kept.at(-1)?.n ?? 0;
        if (line.n <= last) continue;
        kept.push(line);
        sections.set(line.section, kept);
        grew = true;
      }
      return grew;
    },
    lines: (section) => sections.get(section) ?? none,
    snapshot: () => new Map(sections),
    last: (section) => sections.get(section)?.at(-1)?.n ?? 0,
  };
}

/** Lines of an NDJSON answer; text that is cut off at its end is left out. */
export function parseLines(ndjson: string): LogLine[] {
  const lines: LogLine[] = [];
  for (const text of ndjson.split('\n')) {
    if (text === '') continue;
    try {
      // The API writes one LogLine a line.
      lines.push(JSON.parse(text) as LogLine);
    } catch {
      break;
    }
  }
  return lines;
}
