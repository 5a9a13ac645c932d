import { listAt, textAt, valueAt } from '../json-path.ts';

/** The parts of a pod that its log is made from. */
export interface Pod {
  name: string;
  annotations: Readonly<Record<string, string>>;
  containers: PodContainer[];
}

export interface PodContainer {
  name: string;
  restartCount: number;
  running?: { startedAt: Date };
  waiting?: { reason: string };
  terminated?: Ended;
  lastTerminated?: Ended;
}

export interface Ended {
  reason: string;
  exitCode: number;
  startedAt: Date;
  finishedAt: Date;
}

/** Reads a pod as the API server gives it; every container of the spec is listed, started or not. */
export function parsePod(value: unknown): Pod {
  const statuses = [
    ...listAt(value, 'status', 'initContainerStatuses'),
    ...listAt(value, 'status', 'containerStatuses'),
  ];
  const specs = [...listAt(value, 'spec', 'initContainers'), ...listAt(value, 'spec', 'containers')];
  return {
    name: textAt(value, 'metadata', 'name') ?? '',
    annotations: stringsOf(valueAt(value, 'metadata', 'annotations')),
    containers: specs.map((spec) => {
      const name = textAt(spec, 'name') ?? '';
      return parseContainer(
        name,
        statuses.find((status) => valueAt(status, 'name') === name),
      );
    }),
  };
}

function parseContainer(name: string, status: unknown): PodContainer {
  const count = valueAt(status, 'restartCount');
  const running = valueAt(status, 'state', 'running');
  const waiting = valueAt(status, 'state', 'waiting');
  const terminated = parseEnded(valueAt(status, 'state', 'terminated'));
  const lastTerminated = parseEnded(valueAt(status, 'lastState', 'terminated'));
  return {
    name,
    restartCount: typeof count === 'number' ? count : 0,
    ...(running === undefined
      ? {}
      : { running: { startedAt: new Date(textAt(running, 'startedAt') ?? '') } }),
    ...(waiting === undefined ? {} : { waiting: { reason: textAt(waiting, 'reason') ?? '' } }),
    ...(terminated === undefined ? {} : { terminated }),
    ...(lastTerminated === undefined ? {} : { lastTerminated }),
  };
}

function parseEnded(value: unknown): Ended | undefined {
  if (value === undefined) return undefined;
  const exitCode = valueAt(value, 'exitCode');
  return {
    reason: textAt(value, 'reason') ?? '',
    exitCode: typeof exitCode === 'number' ? exitCode : 0,
    startedAt: new Date(textAt(value, 'startedAt') ?? ''),
    finishedAt: new Date(textAt(value, 'finishedAt') ?? ''),
  };
}

function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
