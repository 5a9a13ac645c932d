import { at } from '@slipway/deploy-engine';
import type { KubernetesObject } from '@slipway/deploy-engine';
import type { Cause, Evidence } from '@slipway/readiness';
import type { Cluster } from '../cluster/cluster.ts';

const LINES = 20;
const LIMIT_BYTES = 16 * 1024;
const REQUEST_TIMEOUT_MS = 3_000;

const codesWithLogs: ReadonlySet<string> = new Set([
  'container.crash_loop',
  'container.oom_killed',
  'job.failed',
  'probe.failing',
]);

/** Fetches the last lines of the containers behind causes, once each, and adds them to the evidence. */
export interface LastLines {
  /** The causes with the lines that have arrived. */
  attach(causes: Cause[]): Cause[];
  /** Begins to fetch what is missing; `onArrival` is called when lines come. */
  fetch(causes: readonly Cause[], podsOf: (cause: Cause) => KubernetesObject[]): void;
  /** Resolves when nothing is being fetched. */
  settled(): Promise<void>;
}

export function createLastLines(
  cluster: Cluster,
  options: { enabled: boolean; signal: AbortSignal; onArrival: () => void },
): LastLines {
  const lines = new Map<string, Evidence[]>();
  const running = new Set<Promise<void>>();
  const read = async (cause: Cause, pod: KubernetesObject): Promise<void> => {
    const container = cause.object.container ?? failedContainer(pod);
    const text = await readLines(cluster, pod, container, options.signal);
    if (text === '') return;
    const { namespace, name } = pod.metadata;
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      ...(namespace === undefined ? {} : { namespace }),
      name,
      container,
    };
    lines.set(cause.key, [{ kind: 'log', text, object }]);
    options.onArrival();
  };
  return {
    attach: (causes) =>
      causes.map((cause) => ({ ...cause, evidence: [...cause.evidence, ...(lines.get(cause.key) ?? [])] })),
    fetch: (causes, podsOf) => {
      if (!options.enabled) return;
      for (const cause of causes) {
        if (!codesWithLogs.has(cause.code) || lines.has(cause.key)) continue;
        const pod = podsOf(cause).at(0);
        if (pod === undefined) continue;
        lines.set(cause.key, []);
        const work: Promise<void> = read(cause, pod).finally(() => running.delete(work));
        running.add(work);
      }
    },
    settled: async () => {
      await Promise.all(running);
    },
  };
}

function failedContainer(pod: KubernetesObject): string {
  const statuses = at(pod, 'status', 'containerStatuses');
  const failed = Array.isArray(statuses)
    ? statuses.find((status) => Number(at(status, 'state', 'terminated', 'exitCode') ?? 0) !== 0)
    : undefined;
  const specs = at(pod, 'spec', 'containers');
  const name = at(failed, 'name') ?? at(Array.isArray(specs) ? specs[0] : undefined, 'name');
  return typeof name === 'string' ? name : '';
}

/** The container that ended, else (not restarted yet, or its log gone) the one that is there now. */
async function readLines(
  cluster: Cluster,
  pod: KubernetesObject,
  container: string,
  signal: AbortSignal,
): Promise<string> {
  const address = { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name };
  for (const previous of [true, false]) {
    const limits = { tailLines: LINES, limitBytes: LIMIT_BYTES, timeoutMs: REQUEST_TIMEOUT_MS };
    try {
      const text = (await cluster.log(address, { container, previous, signal, ...limits })).trimEnd();
      if (text !== '') return text;
    } catch {
      // Explanations are worth having without their log lines; the next try may bring them.
    }
  }
  return '';
}
