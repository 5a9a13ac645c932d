import { annotations } from '../behaviours/annotations.ts';
import type { Ended, Pod, PodContainer } from './pod.ts';

export interface LogLine {
  at: Date;
  text: string;
}

/** The options of a log request that the API server passes on to a kubelet. */
export interface LogOptions {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  limitBytes?: number;
  sinceSeconds?: number;
  sinceTime?: Date;
}

/** Why there is no log, in a kubelet's words and with its status code. */
export class LogRefusal extends Error {
  override name = 'LogRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * What a simulated container has written: its annotated lines, then how it ended if it did. A container that has not
 * been started has no log, and says why as a kubelet would.
 */
export function containerLog(pod: Pod, name: string, options: { previous: boolean; now: Date }): LogLine[] {
  const container = pod.containers.find((candidate) => candidate.name === name);
  if (!container) throw new LogRefusal(404, `container "${name}" in pod "${pod.name}" not found`);
  if (options.previous) {
    if (!container.lastTerminated) {
      throw new LogRefusal(400, `previous terminated container "${name}" in pod "${pod.name}" not found`);
    }
    return linesOf(pod, container.lastTerminated.startedAt, container.lastTerminated);
  }
  // While it waits for its next start, the last instance is the one whose log is shown.
  const ended = container.terminated ?? (container.running ? undefined : container.lastTerminated);
  const startedAt = container.running?.startedAt ?? ended?.startedAt;
  if (!startedAt) throw new LogRefusal(400, notStarted(pod, container));
  return linesOf(pod, startedAt, ended);
}

/** The lines that the options ask for. */
export function selectLines(lines: readonly LogLine[], options: LogOptions, now: Date): LogLine[] {
  const earliest = Math.max(
    options.sinceSeconds === undefined
      ? Number.NEGATIVE_INFINITY
      : now.getTime() - options.sinceSeconds * 1000,
    options.sinceTime?.getTime() ?? Number.NEGATIVE_INFINITY,
  );
  const recent = lines.filter((line) => line.at.getTime() >= earliest);
  if (options.tailLines === undefined) return recent;
  return options.tailLines === 0 ? [] : recent.slice(-options.tailLines);
}

export function parseLogOptions(query: URLSearchParams): LogOptions {
  const whole = (name: string): number | undefined => {
    const value = Number(query.get(name) ?? Number.NaN);
    return Number.isInteger(value) && value >= 0 ? value : undefined;
  };
  const [tailLines, limitBytes, sinceSeconds] = [
    whole('tailLines'),
    whole('limitBytes'),
    whole('sinceSeconds'),
  ];
  const sinceTime = query.get('sinceTime');
  return {
    follow: query.get('follow') === 'true',
    previous: query.get('previous') === 'true',
    timestamps: query.get('timestamps') === 'true',
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === null ? {} : { sinceTime: new Date(sinceTime) }),
  };
}

function linesOf(pod: Pod, startedAt: Date, ended: Ended | undefined): LogLine[] {
  const written = pod.annotations[annotations.logLines];
  const texts =
    written === undefined ? ['simulated container started'] : written.replace(/\n$/, '').split('\n');
  const lines = texts.map((text, index) => ({ at: new Date(startedAt.getTime() + index), text }));
  // Whoever wrote the lines wrote the whole story; only the default needs an end.
  if (ended && written === undefined)
    lines.push({
      at: ended.finishedAt,
      text: `simulated container ended: ${ended.reason}, exit code ${ended.exitCode}`,
    });
  return lines;
}

function notStarted(pod: Pod, container: PodContainer): string {
  const reason = container.waiting?.reason ?? 'ContainerCreating';
  const causes: Record<string, string> = {
    ErrImagePull: "image can't be pulled",
    ImagePullBackOff: 'trying and failing to pull image',
    InvalidImageName: 'InvalidImageName',
  };
  return `container "${container.name}" in pod "${pod.name}" is waiting to start: ${causes[reason] ?? reason}`;
}
