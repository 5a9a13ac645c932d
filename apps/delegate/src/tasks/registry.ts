import type { TaskKind } from '@slipway/contracts';
import type { AnyTaskRunner } from './task.ts';

/** The task kinds this program can do; their names are its capabilities. */
export type TaskRegistry = ReadonlyMap<TaskKind, AnyTaskRunner>;

/** Throws when two runners claim one kind. */
export function createTaskRegistry(runners: readonly AnyTaskRunner[]): TaskRegistry {
  const registry = new Map<TaskKind, AnyTaskRunner>();
  for (const runner of runners) {
    if (registry.has(runner.kind)) throw new Error(`Two runners for ${runner.kind}.`);
    registry.set(runner.kind, runner);
  }
  return registry;
}
