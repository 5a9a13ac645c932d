import { gunzipSync } from 'node:zlib';
import type { LogLine } from '@slipway/contracts';
import type { Prisma, Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import type { PlainLine } from './log-limits.ts';

export interface LogRequest {
  readonly executionId: string;
  /** Ids of the stages, in their order: their nodes' logs come in it. */
  readonly order: readonly string[];
  readonly node?: string | undefined;
  readonly section?: string | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
  readonly accept: string | undefined;
}

const ndjson = 'application/x-ndjson';

/** The log as text or, when asked for, one JSON object a line. */
export async function readLog(
  tx: Tx,
  request: LogRequest,
): Promise<{ body: string; headers: Record<string, string> }> {
  if (request.after !== undefined && (request.node === undefined || request.section === undefined)) {
    const message = 'after counts the lines of one section: name node and section, too.';
    fail('request.invalid', message, { errors: [{ pointer: 'after', message }] });
  }
  const lines = await readLines(tx, request);
  if (request.accept?.includes(ndjson) === true) {
    return {
      body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      headers: { 'content-type': `${ndjson}; charset=utf-8` },
    };
  }
  const withHeadings = request.node === undefined || request.section === undefined;
  return { body: toText(lines, withHeadings), headers: { 'content-type': 'text/plain; charset=utf-8' } };
}

async function readLines(tx: Tx, request: LogRequest): Promise<LogLine[]> {
  const { executionId, node, section, after = 0, limit } = request;
  const where: Prisma.LogSectionWhereInput = {
    executionId,
    ...(node === undefined ? {} : { node }),
    ...(section === undefined ? {} : { section }),
  };
  const sections = await tx.logSection.findMany({
    where,
    orderBy: [{ startedAt: 'asc' }, { position: 'asc' }],
  });
  const stageOf = (id: string): number => request.order.indexOf(id.split('.')[0] ?? '');
  const lines: LogLine[] = [];
  for (const each of sections.toSorted((a, b) => stageOf(a.node) - stageOf(b.node))) {
    if (lines.length >= limit) break;
    const key = { executionId, node: each.node, section: each.section };
    lines.push(...(await readSection(tx, key, { after, limit: limit - lines.length })));
  }
  return lines;
}

type SectionKey = { executionId: string; node: string; section: string };

const chunksAtATime = 200;

async function readSection(
  tx: Tx,
  key: SectionKey,
  { after, limit }: { after: number; limit: number },
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  // The last chunk that begins at or before the first wanted line holds it.
  const first = await tx.logChunk.findFirst({
    where: { ...key, firstLine: { lte: after + 1 } },
    orderBy: { firstLine: 'desc' },
    select: { firstLine: true },
  });
  let from = first?.firstLine ?? after + 1;
  while (lines.length < limit) {
    const chunks = await tx.logChunk.findMany({
      where: { ...key, firstLine: { gte: from } },
      orderBy: { firstLine: 'asc' },
      take: chunksAtATime,
    });
    for (const chunk of chunks) {
      for (const line of linesOf(chunk, key)) if (line.n > after && lines.length < limit) lines.push(line);
      from = chunk.firstLine + chunk.lines;
    }
    if (chunks.length < chunksAtATime) break;
  }
  return lines;
}

function linesOf(
  chunk: { firstLine: number; content: Uint8Array },
  { node, section }: SectionKey,
): LogLine[] {
  const text = gunzipSync(chunk.content).toString('utf8').trimEnd();
  return text.split('\n').map((json, index) => {
    // The store wrote each line from a PlainLine.
    const { at, level, text: line } = JSON.parse(json) as PlainLine;
    return { node, section, n: chunk.firstLine + index, at, level, text: line };
  });
}

function toText(lines: readonly LogLine[], withHeadings: boolean): string {
  let heading = '';
  let text = '';
  for (const line of lines) {
    const next = `== ${line.node} / ${line.section} ==`;
    if (withHeadings && next !== heading) text += `${heading === '' ? '' : '\n'}${next}\n`;
    heading = next;
    text += `${line.at} ${line.text}\n`;
  }
  return text;
}
