export { readLog } from './log-queries.ts';
export { appendLog } from './log-store.ts';
export type { LogWriter } from './log-store.ts';
