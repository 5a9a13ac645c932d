export { openGateway } from './gateway.ts';
export type { Gateway } from './gateway.ts';
export type { LogStore } from './handlers.ts';
