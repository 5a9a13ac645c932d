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
    ...list(value, 'status', 'initContainerStatuses'),
    ...list(value, 'status', 'containerStatuses'),
  ];
  const specs = [...list(value, 'spec', 'initContainers'), ...list(value, 'spec', 'containers')];
  return {
    name: text(get(value, 'metadata', 'name')),
    annotations: stringsOf(get(value, 'metadata', 'annotations')),
    containers: specs.map((spec) => {
      const name = text(get(spec, 'name'));
      return parseContainer(
        name,
        statuses.find((status) => get(status, 'name') === name),
      );
    }),
  };
}

function parseContainer(name: string, status: unknown): PodContainer {
  const count = get(status, 'restartCount');
  const running = get(status, 'state', 'running');
  const waiting = get(status, 'state', 'waiting');
  const terminated = parseEnded(get(status, 'state', 'terminated'));
  const lastTerminated = parseEnded(get(status, 'lastState', 'terminated'));
  return {
    name,
    restartCount: typeof count === 'number' ? count : 0,
    ...(running === undefined ? {} : { running: { startedAt: new Date(text(get(running, 'startedAt'))) } }),
    ...(waiting === undefined ? {} : { waiting: { reason: text(get(waiting, 'reason')) } }),
    ...(terminated === undefined ? {} : { terminated }),
    ...(lastTerminated === undefined ? {} : { lastTerminated }),
  };
}

function parseEnded(value: unknown): Ended | undefined {
  if (value === undefined) return undefined;
  const exitCode = get(value, 'exitCode');
  return {
    reason: text(get(value, 'reason')),
    exitCode: typeof exitCode === 'number' ? exitCode : 0,
    startedAt: new Date(text(get(value, 'startedAt'))),
    finishedAt: new Date(text(get(value, 'finishedAt'))),
  };
}

function get(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function list(value: unknown, ...path: string[]): unknown[] {
  const found = get(value, ...path);
  return Array.isArray(found) ? found : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
