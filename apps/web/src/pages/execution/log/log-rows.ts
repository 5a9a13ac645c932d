import type { LogLine, LogSection } from '@slipway/contracts';

export type LogRow =
  | { readonly kind: 'section'; readonly section: LogSection; readonly open: boolean }
  | { readonly kind: 'line'; readonly line: LogLine; readonly section: string }
  | { readonly kind: 'note'; readonly section: string; readonly text: string };

/** Folded when well, open when not; what a person opened or closed, or watched running, stays so. */
export function isOpen(
  section: LogSection,
  toggled: ReadonlyMap<string, boolean>,
  watched: ReadonlySet<string>,
): boolean {
  return (
    toggled.get(section.name) ??
    (section.status === 'running' || section.status === 'failed' || watched.has(section.name))
  );
}

/** The rows of the list: each section's head, and its lines where it is open. */
export function logRows(
  sections: readonly LogSection[],
  open: (section: LogSection) => boolean,
  lines: (section: string) => readonly LogLine[],
): LogRow[] {
  const rows: LogRow[] = [];
  for (const section of sections) {
    const isSectionOpen = open(section);
    rows.push({ kind: 'section', section, open: isSectionOpen });
    if (!isSectionOpen) continue;
    const have = lines(section.name);
    for (const line of have) rows.push({ kind: 'line', line, section: section.name });
    if (have.length === 0) {
      rows.push({
        kind: 'note',
        section: section.name,
        text:
          section.lines > 0
            ? 'Reading…'
            : section.status === 'running'
              ? 'Nothing written yet'
              : 'Nothing written',
      });
    }
    if (section.truncated) {
      rows.push({
        kind: 'note',
        section: section.name,
        text: 'The rest was not kept: this section is longer than the limit.',
      });
    }
  }
  return rows;
}

/** Positions of the rows whose text holds the words, case ignored. */
export function findRows(rows: readonly LogRow[], words: string): number[] {
  const needle = words.toLowerCase();
  if (needle === '') return [];
  return rows.flatMap((row, position) =>
    row.kind === 'line' && row.line.text.toLowerCase().includes(needle) ? [position] : [],
  );
}

/** `Apply:12`, the way a line stands in an address. */
export const lineName = (section: string, n: number): string => `${section}:${n}`;

export function parseLineName(name: string | null): { section: string; n: number } | null {
  const match = /^(.+):(\d+)$/.exec(name ?? '');
  return match === null ? null : { section: match[1] ?? '', n: Number(match[2]) };
}
