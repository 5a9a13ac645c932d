export * from './protocol.ts';
export * from './tasks.ts';
