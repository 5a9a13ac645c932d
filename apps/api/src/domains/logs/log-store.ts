import { gzipSync } from 'node:zlib';
import type { LogEntry, Scope } from '@slipway/contracts';
import type { Tx } from '../../platform/database.ts';
import { announce } from '../../platform/live.ts';
import { fitLines, mostSections } from './log-limits.ts';
import type { PlainLine } from './log-limits.ts';

/** The attempt of a task that writes, and where its lines belong. */
export interface LogWriter {
  readonly taskId: string;
  readonly attempt: number;
  readonly executionId: string;
  readonly node: string;
  readonly scope: Scope;
}

/**
 * Stores entries whose first has the number `firstSeq`, and gives the number up to which all are stored: what was stored before is
 * passed over, and nothing is stored after a gap.
 */
export async function appendLog(
  tx: Tx,
  writer: LogWriter,
  entries: readonly LogEntry[],
  firstSeq: number,
): Promise<number> {
  const { taskId, attempt } = writer;
  const stored = await lockPosition(tx, taskId, attempt);
  if (firstSeq > stored + 1) return stored;
  const fresh = entries.slice(stored + 1 - firstSeq);
  if (fresh.length === 0) return stored;
  for (const batch of batchesOf(fresh)) await storeBatch(tx, writer, batch);
  const storedSeq = stored + fresh.length;
  await tx.taskLogPosition.update({ where: { taskId_attempt: { taskId, attempt } }, data: { storedSeq } });
  return storedSeq;
}

/** Up to where the attempt's entries are stored; locked, so that a message and its repetition take turns. */
async function lockPosition(tx: Tx, taskId: string, attempt: number): Promise<number> {
  const rows = await tx.$queryRaw<{ storedSeq: number }[]>`
    insert into task_log_position ("taskId", attempt, "storedSeq") values (${taskId}::uuid, ${attempt}, 0)
    on conflict ("taskId", attempt) do update set "storedSeq" = task_log_position."storedSeq"
    returning "storedSeq"`;
  return rows[0]?.storedSeq ?? 0;
}

interface Batch {
  readonly section: string;
  readonly started: LogEntry | undefined;
  readonly lines: readonly PlainLine[];
  readonly ended: Extract<LogEntry, { type: 'section-ended' }> | undefined;
  readonly at: string;
}

/** Entries of one section that follow each other, each batch with at most one begin and one end. */
function batchesOf(entries: readonly LogEntry[]): Batch[] {
  const batches: {
    section: string;
    started?: LogEntry;
    lines: PlainLine[];
    ended?: Batch['ended'];
    at: string;
  }[] = [];
  for (const entry of entries) {
    let batch = batches.at(-1);
    if (
      batch === undefined ||
      batch.section !== entry.section ||
      batch.ended !== undefined ||
      entry.type === 'section-started'
    ) {
      batch = { section: entry.section, lines: [], at: entry.at };
      batches.push(batch);
    }
    if (entry.type === 'section-started') batch.started = entry;
    else if (entry.type === 'section-ended') batch.ended = entry;
    else batch.lines.push({ at: entry.at, level: entry.level, text: entry.text });
  }
  return batches.map(({ started, ended, ...rest }) => ({ ...rest, started, ended }));
}

async function storeBatch(tx: Tx, writer: LogWriter, batch: Batch): Promise<void> {
  const { executionId, node, scope } = writer;
  const key = { executionId, node, section: batch.section };
  const section = await openSection(tx, key, batch);
  if (section === null) return;
  const again =
    batch.started !== undefined && section.lines > 0
      ? [{ at: batch.at, level: 'info', text: '--- again, by another attempt ---' } as const]
      : [];
  const { kept, after } = fitLines(section, [...again, ...batch.lines]);
  if (kept.length > 0) {
    const content = gzipSync(kept.map((line) => `${JSON.stringify(line)}\n`).join(''), { level: 3 });
    await tx.logChunk.create({
      data: { ...key, firstLine: section.lines + 1, lines: kept.length, content: new Uint8Array(content) },
    });
  }
  const ended = batch.ended;
  await tx.logSection.update({
    where: { executionId_node_section: key },
    data: {
      ...after,
      ...(batch.started === undefined ? {} : { status: 'running', endedAt: null }),
      ...(ended === undefined ? {} : { status: ended.status, endedAt: new Date(ended.at) }),
    },
  });
  if (scope.level !== 'project') return;
  const { org, project } = scope;
  const room = { kind: 'execution', org, project, executionId } as const;
  await announce(tx, room, { topic: 'log', executionId, node, section: batch.section, lines: after.lines });
}

type SectionKey = { executionId: string; node: string; section: string };

async function openSection(tx: Tx, key: SectionKey, { at }: Batch) {
  const known = await tx.logSection.findUnique({ where: { executionId_node_section: key } });
  if (known !== null) return known;
  const { executionId, node } = key;
  const position = await tx.logSection.count({ where: { executionId, node } });
  if (position >= mostSections) return null;
  return tx.logSection.create({ data: { ...key, position, status: 'running', startedAt: new Date(at) } });
}
