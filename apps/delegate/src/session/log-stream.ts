import { StringDecoder } from 'node:string_decoder';
import type { LogEntry } from '@slipway/contracts';
import type { LogLevel, LogSection } from '../tasks/task.ts';
import type { Masker } from './masking.ts';

/** What is written to a task's log, numbered, kept until acknowledged. */
export interface LogStream {
  section(name: string): LogSection;
  /** The connection is (again) there: send what is not acknowledged. */
  resume(): void;
  /** Ends open sections and resolves when all is acknowledged, or after the time. */
  finish(withinMs: number): Promise<void>;
  /** Nothing more is sent: the attempt was given up on. */
  abandon(): void;
}

export interface LogLimits {
  /** Of one task; what comes after is left out, with a notice. */
  taskBytes: number;
  /** Above this much unacknowledged, `drained` waits. */
  highBytes: number;
  /** Above this much unacknowledged, lines are left out and counted. */
  dropBytes: number;
}

export const logLimits: LogLimits = {
  taskBytes: 5 * 1024 * 1024,
  highBytes: 1024 * 1024,
  dropBytes: 4 * 1024 * 1024,
};

/** Sends entries from a number on; answers up to which number they are stored. Rejects while there is no connection. */
export type SendLogs = (firstSeq: number, entries: LogEntry[]) => Promise<number>;

/** The server will never take these entries. */
export class LogsRefusedError extends Error {
  override name = 'LogsRefusedError';
}

const FLUSH_AFTER_MS = 50;
/** Between two batches of a task that goes on writing: every batch is a transaction at the other end. */
const SPACING_MS = 200;
const BATCH_ENTRIES = 500;
const BATCH_BYTES = 256 * 1024;
const LINE_LIMIT = 16_000;
/** Besides the text: section, time, level and JSON's own characters. */
const ENTRY_OVERHEAD = 100;
const RETRY_AFTER_MS = 1000;

export function createLogStream(options: { send: SendLogs; masker: Masker; limits?: LogLimits }): LogStream {
  const { send, masker, limits = logLimits } = options;
  let entries: { entry: LogEntry; bytes: number }[] = [];
  let firstSeq = 1;
  let pendingBytes = 0;
  let writtenBytes = 0;
  let dropped = 0;
  let truncated = false;
  let abandoned = false;
  let sending = false;
  let sentAt = 0;
  let finishing = false;
  let timer: NodeJS.Timeout | undefined;
  let waiters: (() => void)[] = [];
  const open = new Map<string, LogSection>();

  const wake = (): void => {
    const former = waiters;
    waiters = [];
    for (const waiter of former) waiter();
  };
  const changed = (): Promise<void> => new Promise((resolve) => waiters.push(resolve));

  const push = (entry: LogEntry): void => {
    if (abandoned) return;
    const bytes = (entry.type === 'line' ? entry.text.length : 0) + ENTRY_OVERHEAD;
    entries.push({ entry, bytes });
    pendingBytes += bytes;
    schedule(Math.max(FLUSH_AFTER_MS, pauseMs()));
  };
  /** How long the next batch may gather lines. */
  const pauseMs = (): number =>
    finishing || entries.length >= BATCH_ENTRIES ? 0 : Math.max(0, sentAt + SPACING_MS - Date.now());
  const schedule = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void flush();
    }, ms);
  };

  const flush = async (): Promise<void> => {
    if (sending || abandoned || entries.length === 0) return;
    sending = true;
    try {
      const batch = takeBatch(entries);
      sentAt = Date.now();
      const storedSeq = await send(firstSeq, batch);
      const stored = Math.min(Math.max(storedSeq - firstSeq + 1, 0), entries.length);
      for (const { bytes } of entries.splice(0, stored)) pendingBytes -= bytes;
      firstSeq += stored;
      wake();
      if (entries.length > 0) schedule(stored > 0 ? pauseMs() : RETRY_AFTER_MS);
    } catch (error) {
      if (error instanceof LogsRefusedError) abandon();
      else schedule(RETRY_AFTER_MS);
    } finally {
      sending = false;
    }
  };
  const abandon = (): void => {
    abandoned = true;
    clearTimeout(timer);
    entries = [];
    pendingBytes = 0;
    wake();
  };

  const writeLine = (section: string, text: string, level: LogLevel): void => {
    if (truncated || abandoned) return;
    const at = new Date().toISOString();
    if (pendingBytes > limits.dropBytes) {
      dropped += 1;
      return;
    }
    if (dropped > 0) {
      push({
        type: 'line',
        section,
        at,
        level: 'warn',
        text: `${dropped} lines were left out: the control plane could not take them.`,
      });
      dropped = 0;
    }
    writtenBytes += text.length + 1;
    if (writtenBytes > limits.taskBytes) {
      truncated = true;
      const megabytes = Math.round(limits.taskBytes / 1024 / 1024);
      push({
        type: 'line',
        section,
        at,
        level: 'warn',
        text: `The log ends here: a step may write ${megabytes} MB. The step itself goes on.`,
      });
      return;
    }
    push({ type: 'line', section, at, level, text });
  };

  const openSection = (name: string): LogSection => {
    const existing = open.get(name);
    if (existing !== undefined) return existing;
    push({ type: 'section-started', section: name, at: new Date().toISOString() });
    const section: LogSection = {
      line: (text, level = 'info') => {
        for (const line of piecesOf(masker.text(text))) writeLine(name, line, level);
      },
      stream: (level = 'info') => createLineWriter(masker, (line) => writeLine(name, line, level)),
      end: (status) => {
        if (!open.delete(name)) return;
        push({ type: 'section-ended', section: name, at: new Date().toISOString(), status });
      },
      drained: async () => {
        while (pendingBytes > limits.highBytes && !abandoned) await changed();
      },
    };
    open.set(name, section);
    return section;
  };

  return {
    section: openSection,
    resume: () => {
      clearTimeout(timer);
      timer = undefined;
      schedule(0);
    },
    finish: async (withinMs) => {
      for (const section of open.values()) section.end('failed');
      const deadline = Date.now() + withinMs;
      finishing = true;
      clearTimeout(timer);
      timer = undefined;
      void flush();
      while (entries.length > 0 && !abandoned && Date.now() < deadline) {
        let late: NodeJS.Timeout | undefined;
        const timeout = new Promise<void>((resolve) => {
          late = setTimeout(resolve, deadline - Date.now());
        });
        await Promise.race([changed(), timeout]);
        clearTimeout(late);
      }
    },
    abandon,
  };
}

function takeBatch(entries: readonly { entry: LogEntry; bytes: number }[]): LogEntry[] {
  const batch: LogEntry[] = [];
  let bytes = 0;
  for (const { entry, bytes: size } of entries) {
    if (batch.length >= BATCH_ENTRIES || (bytes > 0 && bytes + size > BATCH_BYTES)) break;
    batch.push(entry);
    bytes += size;
  }
  return batch;
}

/** Cuts a masked text into lines that a message may carry. */
function piecesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).flatMap((line) => {
    if (line.length <= LINE_LIMIT) return [line];
    const pieces: string[] = [];
    for (let from = 0; from < line.length; from += LINE_LIMIT)
      pieces.push(line.slice(from, from + LINE_LIMIT));
    return pieces;
  });
}

function createLineWriter(
  masker: Masker,
  write: (line: string) => void,
): { write(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  const stream = masker.stream();
  let rest = '';
  const take = (masked: string): void => {
    rest += masked;
    const end = rest.lastIndexOf('\n');
    if (end >= 0) {
      for (const line of piecesOf(rest.slice(0, end).replace(/\r$/, ''))) write(line);
      rest = rest.slice(end + 1);
    }
    while (rest.length > LINE_LIMIT) {
      write(rest.slice(0, LINE_LIMIT));
      rest = rest.slice(LINE_LIMIT);
    }
  };
  return {
    write: (chunk) => take(stream.write(decoder.write(chunk))),
    end: () => {
      take(stream.write(decoder.end()) + stream.end());
      if (rest !== '') write(rest.replace(/\r$/, ''));
      rest = '';
    },
  };
}
