export * from './allowed-actions.ts';
export * from './compile.ts';
export * from './effects.ts';
export * from './events.ts';
export { actionFor, describeFailureAction } from './failure-rules.ts';
export * from './graph.ts';
export * from './replay.ts';
export * from './state.ts';
export * from './transition.ts';
