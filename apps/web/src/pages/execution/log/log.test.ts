import type { LogLine, LogSection } from '@slipway/contracts';
import { describe, expect, it } from 'vitest';
import { ansiPieces } from './ansi.ts';
import { createLogBuffer, parseLines } from './log-buffer.ts';
import { findRows, isOpen, lineName, logRows, parseLineName } from './log-rows.ts';

const line = (n: number, text = `line ${n}`, section = 'Apply'): LogLine => ({
  node: 'deploy.rollout',
  section,
  n,
  at: '2026-11-21T12:00:00.000Z',
  level: 'info',
  text,
});
const section = (name: string, status: LogSection['status'], lines = 2): LogSection => ({
  name,
  status,
  lines,
  startedAt: '2026-11-21T12:00:00.000Z',
  truncated: false,
});

describe('the buffer', () => {
  it('takes each line once, whatever is repeated', () => {
    const buffer = createLogBuffer();
    expect(buffer.add([line(1), line(2)])).toBe(true);
    expect(buffer.add([line(2), line(3)])).toBe(true);
    expect(buffer.add([line(1), line(3)])).toBe(false);
    expect(buffer.lines('Apply').map((each) => each.n)).toEqual([1, 2, 3]);
    expect(buffer.last('Apply')).toBe(3);
    expect(buffer.last('Prepare')).toBe(0);
  });

  it('reads NDJSON and leaves out what is cut off', () => {
    expect(
      parseLines(`${JSON.stringify(line(1))}\n${JSON.stringify(line(2))}\n{"node":"dep`).map(
        (each) => each.n,
      ),
    ).toEqual([1, 2]);
  });
});

describe('the rows', () => {
  const sections = [section('Prepare', 'succeeded'), section('Apply', 'failed')];
  const buffer = createLogBuffer();
  buffer.add([line(1, 'first'), line(2, 'Second ERROR')]);
  const rows = logRows(sections, (each) => isOpen(each, new Map(), new Set()), buffer.lines);

  it('fold what is well and open what is not', () => {
    expect(
      rows.map((row) => (row.kind === 'section' ? `${row.section.name} ${row.open}` : row.kind)),
    ).toEqual(['Prepare false', 'Apply true', 'line', 'line']);
  });

  it('stay as the person put them', () => {
    expect(isOpen(section('Apply', 'failed'), new Map([['Apply', false]]), new Set())).toBe(false);
    expect(isOpen(section('Wait', 'succeeded'), new Map(), new Set(['Wait']))).toBe(true);
  });

  it('say that lines are on their way', () => {
    const [, note] = logRows(
      [section('Wait', 'running', 5)],
      () => true,
      () => [],
    );
    expect(note).toEqual({ kind: 'note', section: 'Wait', text: 'Reading…' });
  });

  it('are found by their words, case ignored', () => {
    expect(findRows(rows, 'error')).toEqual([3]);
    expect(findRows(rows, '')).toEqual([]);
  });

  it('have names that stand in an address', () => {
    expect(parseLineName(lineName('Wait for Steady State', 12))).toEqual({
      section: 'Wait for Steady State',
      n: 12,
    });
    expect(parseLineName('nonsense')).toBeNull();
  });
});

describe('colours', () => {
  it('come from our palette and never from the text', () => {
    expect(ansiPieces('\u001b[32mok\u001b[0m <b>not markup</b>')).toEqual([
      { text: 'ok', colour: 'green', bold: false },
      { text: ' <b>not markup</b>', colour: null, bold: false },
    ]);
  });

  it('leave plain text in one piece', () => {
    expect(ansiPieces('plain')).toEqual([{ text: 'plain', colour: null, bold: false }]);
  });
});
