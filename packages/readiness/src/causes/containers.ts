import { asMap, asMaps, at, numberAt, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { causeOn, objectOf } from './cause.ts';
import type { Cause, CauseLimits, Evidence } from './cause.ts';
import { eventEvidence } from './events.ts';
import { explainImage } from './image.ts';

/** The causes that a pod's containers show by their states; init containers first, as they run first. */
export function explainContainers(pod: Resource, events: readonly Resource[], limits: CauseLimits): Cause[] {
  const statuses = [
    ...asMaps(at(pod, 'status', 'initContainerStatuses')),
    ...asMaps(at(pod, 'status', 'containerStatuses')),
  ];
  return statuses.flatMap((status) => {
    const cause = explainContainer(pod, status, events, limits);
    return cause === undefined ? [] : [cause];
  });
}

function explainContainer(
  pod: Resource,
  status: Record<string, unknown>,
  events: readonly Resource[],
  limits: CauseLimits,
): Cause | undefined {
  const name = textAt(status, 'name');
  const waiting = asMap(at(status, 'state', 'waiting'));
  if (waiting !== undefined) {
    const container = {
      name,
      image: specImage(pod, name) || textAt(status, 'image'),
      reason: textAt(waiting, 'reason'),
      message: textAt(waiting, 'message'),
    };
    const image = explainImage(pod, container, events, limits);
    if (image !== undefined) return image;
    if (container.reason === 'CreateContainerConfigError')
      return explainConfig(pod, name, container.message, events);
  }
  return explainExit(pod, status, events, limits);
}

function specImage(pod: Resource, container: string): string {
  const all = [...asMaps(at(pod, 'spec', 'initContainers')), ...asMaps(at(pod, 'spec', 'containers'))];
  return textAt(
    all.find((item) => item['name'] === container),
    'image',
  );
}

// https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/kubelet/kubelet_pods.go
const missingConfig =
  /(configmaps?|secrets?) "([^"]+)" not found|couldn't find key (\S+) in (ConfigMap|Secret) (\S+)/i;

/** What a message of the kubelet says is missing: `Secret "x"`, `the key k of ConfigMap ns/x`. */
export function missingConfiguration(message: string): string | undefined {
  const found = missingConfig.exec(message);
  if (found === null) return undefined;
  if (found[3] !== undefined) return `the key ${found[3]} of ${found[4] ?? ''} ${found[5] ?? ''}`;
  return `the ${/^config/i.test(found[1] ?? '') ? 'ConfigMap' : 'Secret'} ${found[2] ?? ''}`;
}

function explainConfig(
  pod: Resource,
  container: string,
  message: string,
  events: readonly Resource[],
): Cause {
  const missing = missingConfiguration(message);
  const evidence: Evidence[] = [
    { kind: 'status', text: `CreateContainerConfigError: ${message}`, object: objectOf(pod, container) },
    ...events
      .filter((event) => textAt(event, 'message').includes(message) && message !== '')
      .slice(0, 1)
      .map((event) => eventEvidence(event, pod)),
  ];
  if (missing === undefined) {
    return causeOn(
      pod,
      {
        code: 'container.config_invalid',
        ends: 'now',
        title: `Container ${container} cannot be set up`,
        message,
        evidence,
        hints: ['Correct the security context, environment or volumes of the container.'],
      },
      container,
    );
  }
  return causeOn(
    pod,
    {
      code: 'container.config_missing',
      ends: 'now',
      title: `Container ${container} needs ${missing}, which does not exist`,
      message,
      evidence,
      hints: ['Add it to the manifests, correct the reference, or mark the reference as optional.'],
    },
    container,
  );
}

function explainExit(
  pod: Resource,
  status: Record<string, unknown>,
  events: readonly Resource[],
  limits: CauseLimits,
): Cause | undefined {
  const name = textAt(status, 'name');
  const waits = textAt(status, 'state', 'waiting', 'reason');
  const ended = asMap(at(status, 'state', 'terminated')) ?? asMap(at(status, 'lastState', 'terminated'));
  const restarts = numberAt(status, ['restartCount'], 0);
  if (ended === undefined || status['ready'] === true) return undefined;
  const exitCode = numberAt(ended, ['exitCode'], 0);
  const reason = textAt(ended, 'reason');
  const crashes = waits === 'CrashLoopBackOff' || waits === 'RunContainerError' || exitCode !== 0;
  // One restart and running since: it may have waited for a neighbour. A second trip makes it a suspect.
  if (!crashes || (at(status, 'state', 'running') !== undefined && restarts < 2)) return undefined;
  const outOfMemory = reason === 'OOMKilled';
  const isStart = reason === 'StartError' || reason === 'ContainerCannotRun' || waits === 'RunContainerError';
  const message = textAt(ended, 'message') || textAt(status, 'state', 'waiting', 'message');
  const killed = events.filter((event) =>
    ['BackOff', 'Unhealthy', 'Killing'].includes(textAt(event, 'reason')),
  );
  return causeOn(
    pod,
    {
      code: outOfMemory
        ? 'container.oom_killed'
        : isStart
          ? 'container.start_failed'
          : 'container.crash_loop',
      ends: restarts >= limits.crashLoopRestarts ? 'now' : 'never',
      title: exitTitle(name, { outOfMemory, isStart, exitCode, restarts }),
      message: message || `It ended with exit code ${exitCode} (${reason || 'Error'}).`,
      evidence: [
        {
          kind: 'status',
          text: `${reason || 'Terminated'}: exit code ${exitCode}, ${restarts} restarts`,
          ...(textAt(ended, 'finishedAt') === '' ? {} : { at: textAt(ended, 'finishedAt') }),
          object: objectOf(pod, name),
        },
        ...killed.slice(0, 2).map((event) => eventEvidence(event, pod)),
      ],
      hints: exitHints(outOfMemory, isStart),
    },
    name,
  );
}

function exitTitle(
  name: string,
  exit: { outOfMemory: boolean; isStart: boolean; exitCode: number; restarts: number },
): string {
  const times = exit.restarts === 1 ? 'once' : `${exit.restarts} times`;
  const restarted = exit.restarts === 0 ? '' : ` and was restarted ${times}`;
  if (exit.outOfMemory) return `Container ${name} ran out of memory${restarted}`;
  if (exit.isStart) return `Container ${name} cannot be started`;
  return `Container ${name} ends with exit code ${exit.exitCode}${restarted}`;
}

function exitHints(outOfMemory: boolean, isStart: boolean): string[] {
  if (outOfMemory) return ['Raise resources.limits.memory of the container, or make the program use less.'];
  if (isStart)
    return ['Check command, args and workingDir of the container: does the program exist in the image?'];
  return ['Read its last lines: a program that ends by itself mostly says why.'];
}
