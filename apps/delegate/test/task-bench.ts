import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Progress } from '@slipway/contracts';
import { createClusters } from '../src/cluster/clusters.ts';
import type { InheritedCluster } from '../src/cluster/inherited.ts';
import { createLogStream } from '../src/session/log-stream.ts';
import { createMasker } from '../src/session/masking.ts';
import { createTaskSecrets } from '../src/session/task-secrets.ts';
import type { TaskContext } from '../src/tasks/task.ts';

/** A context for one task, on the parts that a session gives it, without a control plane. */
export interface TaskBench extends AsyncDisposable {
  readonly context: TaskContext;
  /** `level: text` of each line that would have been sent. */
  lines(): Promise<string[]>;
  readonly progress: readonly Progress[];
  stop(reason?: Error): void;
}

export interface TaskBenchOptions {
  inherited?: Partial<InheritedCluster>;
  local?: boolean;
  /** Values by handle. */
  secrets?: Readonly<Record<string, string>>;
}

export async function taskBench(options: TaskBenchOptions = {}): Promise<TaskBench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-task-bench-'));
  const controller = new AbortController();
  const local = options.local ?? true;
  const clusters = createClusters({ local, inherited: { environment: {}, ...options.inherited } });
  const masker = createMasker();
  const secrets = createTaskSecrets({
    masker,
    ask: async (names) => {
      const found = names.map((name) => [name, options.secrets?.[name]] as const);
      const missing = found.filter(([, value]) => value === undefined).map(([name]) => name);
      if (missing.length > 0)
        return { ok: false, missing, message: `There is no secret ${missing.join(', ')}.` };
      return { ok: true, values: Object.fromEntries(found.map(([name, value]) => [name, value ?? ''])) };
    },
  });
  const lines: string[] = [];
  const logs = createLogStream({
    masker,
    send: async (firstSeq, entries) => {
      for (const entry of entries) if (entry.type === 'line') lines.push(`${entry.level}: ${entry.text}`);
      return firstSeq + entries.length - 1;
    },
  });
  const progress: Progress[] = [];
  const opened: { close(): Promise<void> }[] = [];
  return {
    progress,
    stop: (reason) => controller.abort(reason),
    lines: async () => {
      await logs.finish(1000);
      return lines;
    },
    context: {
      taskId: 'task',
      attempt: 1,
      delegate: { name: 'bench', instanceId: 'bench-1', local },
      signal: controller.signal,
      lease: { held: true, assertHeld: () => {} },
      deadlineAt: undefined,
      secrets,
      section: logs.section,
      progress: (value) => void progress.push(value),
      workFolder: async () => folder,
      cluster: async (access) => {
        const { cluster } = await clusters.open(access, { secret: secrets.value, beforeWrite: () => {} });
        opened.push(cluster);
        return cluster;
      },
      connection: (access) => clusters.settings(access, secrets.value),
    },
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      for (const cluster of opened) await cluster.close();
      await clusters.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
