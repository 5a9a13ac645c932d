import type { NodeId } from './graph.ts';

/**
 * What the world is asked to do. An effect may be carried out twice after a crash: its key (`effectKey`) stays the same, and the
 * event it leads to is illegal the second time.
 */
export type Effect =
  /** Load and resolve a service or an infrastructure: leads to `node.resolved` or `node.failed`. */
  | { readonly type: 'resolve-node'; readonly node: NodeId; readonly attempt: number }
  /** Make a task of a step: leads to `task.created` or `node.failed`. */
  | { readonly type: 'dispatch-step'; readonly node: NodeId; readonly attempt: number }
  /** Leads to `task.finished`, once the task has ended or can write no more. */
  | { readonly type: 'cancel-task'; readonly node: NodeId; readonly taskId: string; readonly reason: string }
  /** Stand in the queue of a service and infrastructure: leads to `turn.granted`. */
  | { readonly type: 'take-turn'; readonly node: NodeId }
  | { readonly type: 'release-turn'; readonly node: NodeId }
  /** There is one timer: it leads to `time.passed` at or after `at` (milliseconds since 1970). */
  | { readonly type: 'set-timer'; readonly at: number }
  | { readonly type: 'clear-timer' };

export const effectTypes = [
  'resolve-node',
  'dispatch-step',
  'cancel-task',
  'take-turn',
  'release-turn',
  'set-timer',
  'clear-timer',
] as const satisfies readonly Effect['type'][];

/** Tells two effects of one execution apart, and recognises a repeated one. */
export function effectKey(effect: Effect): string {
  switch (effect.type) {
    case 'resolve-node':
    case 'dispatch-step':
      return `${effect.type}/${effect.node}/${effect.attempt}`;
    case 'cancel-task':
      return `${effect.type}/${effect.node}/${effect.taskId}`;
    case 'take-turn':
    case 'release-turn':
      return `${effect.type}/${effect.node}`;
    case 'set-timer':
      return `${effect.type}/${effect.at}`;
    case 'clear-timer':
      return effect.type;
    default:
      return effect satisfies never;
  }
}
