import { randomUUID } from 'node:crypto';
import type { Scope, TaskOutcome, TaskSpec } from '@slipway/contracts';
import { expect, vi } from 'vitest';
import type { TestApi } from './harness.ts';

export const waiting = { timeout: 20_000, interval: 20 } as const;

type ScriptPayload = Extract<TaskSpec, { kind: 'shell-script' }>['payload'];

export function script(text: string, changes: Partial<ScriptPayload> = {}): TaskSpec {
  return {
    kind: 'shell-script',
    payload: { shell: 'Bash', script: { parts: [{ text }] }, environment: {}, outputs: [], ...changes },
  };
}

/** A task that may be handed over. */
export function repeatableTask(namespace = 'default'): TaskSpec {
  return { kind: 'namespace-check', payload: { access: { type: 'inherit' }, namespace } };
}

/** Puts tasks into the queue and looks at what becomes of them. */
export function createTaskDesk(api: TestApi) {
  const { database, tasks } = api.api;
  const row = (id: string) => database.prisma.task.findUniqueOrThrow({ where: { id } });
  return {
    row,
    start: async (
      spec: TaskSpec,
      options: { selectors?: string[]; scope?: Scope; preferKey?: string } = {},
    ): Promise<string> => {
      const id = randomUUID();
      const { selectors = [], scope = { level: 'account' } as const, preferKey } = options;
      await database.transaction((tx) =>
        tasks.create(tx, { id, spec, scope, selectors, ...(preferKey === undefined ? {} : { preferKey }) }),
      );
      return id;
    },
    cancel: (id: string, reason = 'not wanted') => database.transaction((tx) => tasks.cancel(tx, id, reason)),
    becomes: (id: string, changes: Record<string, unknown>) =>
      vi.waitFor(async () => expect(await row(id)).toMatchObject(changes), waiting),
    outcome: async (id: string): Promise<TaskOutcome> => {
      await vi.waitFor(async () => expect((await row(id)).status).toBe('finished'), waiting);
      // Written by the gateway, which parsed it.
      return (await row(id)).outcome as unknown as TaskOutcome;
    },
    /** As if so much time had passed without a heartbeat. */
    endLease: (id: string) =>
      database.prisma.task.update({ where: { id }, data: { leaseUntil: new Date(Date.now() - 31_000) } }),
  };
}

export const newName = (): string => `d-${randomUUID().slice(0, 8)}`;
