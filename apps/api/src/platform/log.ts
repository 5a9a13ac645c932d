import pino from 'pino';
import type { Logger } from 'pino';
import type { Config } from './config.ts';

export type { Logger } from 'pino';

/** Chosen fields only: whole requests, bodies and headers are never handed to it, since redaction does not look deep. */
export function createLogger(config: Pick<Config, 'logLevel'>, process: 'api' | 'worker'): Logger {
  return pino({
    level: config.logLevel,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: serializeError },
  });
}

/** Message, code and stack, and those of the causes; never the other fields, which may hold a query's parameters. */
function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause =
    error.cause === undefined || depth > 3 ? {} : { cause: serializeError(error.cause, depth + 1) };
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
