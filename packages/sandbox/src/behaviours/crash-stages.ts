import { annotations } from './annotations.ts';
import {
  affected,
  conditions,
  eventStep,
  initContainersDone,
  placement,
  preamble,
  runningStatus,
  statusHead,
} from './pod-template.ts';
import { readyNow } from './running-stages.ts';
import { annotationKey, behaves } from './selection.ts';
import {
  absent,
  exists,
  isIn,
  patchStatus,
  stage,
  type Stage,
  type StageMatch,
  type StageStep,
} from './stage.ts';

const alive = absent('.metadata.deletionTimestamp');
const pending = isIn('.status.phase', 'Pending');

/** Containers that start and end again, for ever or a given number of times. */
export const crashStages: readonly Stage[] = ['crash-loop', 'oom-killed'].flatMap(crashStagesOf);

function crashStagesOf(behaviour: string): Stage[] {
  const [exitCode, reason] = behaviour === 'oom-killed' ? [137, 'OOMKilled'] : [1, 'Error'];
  const match = (...more: StageMatch[]): StageMatch[] => [alive, ...more, behaves(behaviour)];
  const recoverAfter = annotationKey(annotations.recoverAfter);
  const unready = '.status.containerStatuses[]? | select(.ready | not)';
  const mayRecover = `((${recoverAfter} // "1000000") | tonumber) as $enough | ${unready} | select(.state.running) | .restartCount >= $enough`;
  return [
    stage(`pod-${behaviour}-start`, {
      kind: 'Pod',
      match: match(pending),
      steps: [patchStatus(crashPod(runningStatus(false)))],
    }),
    stage(`pod-${behaviour}-end`, {
      kind: 'Pod',
      match: match(isIn('.status.phase', 'Running'), isIn(mayRecover, 'false')),
      delay: { durationMilliseconds: 300 },
      steps: [patchStatus(crashPod(crashedStatus(exitCode, reason))), ...backOffEvents()],
    }),
    stage(`pod-${behaviour}-restart`, {
      kind: 'Pod',
      match: match(
        isIn('.status.phase', 'Running'),
        exists(`${unready} | .state.waiting, .state.terminated | values`),
      ),
      delay: { durationMilliseconds: 1_000, durationFrom: { jq: { expression: restartDelay(unready) } } },
      steps: [patchStatus(crashPod(restartedStatus()))],
    }),
    stage(`pod-${behaviour}-recover`, {
      kind: 'Pod',
      match: match(isIn('.status.phase', 'Running'), isIn(mayRecover, 'true')),
      delay: { durationMilliseconds: 300 },
      steps: [patchStatus(readyNow())],
    }),
  ];
}

/** Later restarts come seldom: a crash loop that nobody looks at should cost nothing. */
function restartDelay(unready: string): string {
  const count = `[${unready} | .restartCount] | max`;
  return `(${count}) as $count | if $count == 0 then "100ms" elif $count >= 8 then "60s" else (${annotationKey(annotations.restartAfter)} // empty) end`;
}

function backOffEvents(): StageStep[] {
  const message =
    'printf "Back-off restarting failed container %s in pod %s_%s(%s)" $c.name .metadata.name .metadata.namespace .metadata.uid';
  return [
    eventStep({
      id: 'back-off',
      type: 'Warning',
      reason: 'BackOff',
      message,
      count: 'add1 (index .status.containerStatuses 0).restartCount',
    }),
  ];
}

function crashPod(affectedStatus: string): string {
  return `${preamble}
phase: Running
${placement}
${conditions(false)}
${initContainersDone}
containerStatuses:
{{ range $i, $item := .spec.containers }}
{{ $was := dict "restartCount" 0 }}
{{ if $root.status.containerStatuses }}{{ $was = index $root.status.containerStatuses $i }}{{ end }}
{{ with $item }}${affected}
{{ if $affected }}
${affectedStatus}
{{ else }}
${runningStatus(true)}
{{ end }}
{{ end }}
{{ end }}`;
}

function terminated(exitCode: number, reason: string): string {
  return `terminated: {exitCode: ${exitCode}, reason: ${reason}, containerID: {{ printf "sandbox://%s/%s/%v" $root.metadata.uid .name $was.restartCount | Quote }}, startedAt: {{ $was.state.running.startedAt | Quote }}, finishedAt: {{ $now | Quote }}}`;
}

/** The first crash is followed by a restart at once, later ones by a back-off: so does the kubelet. */
function crashedStatus(exitCode: number, reason: string): string {
  const head = statusHead('$was.restartCount', false, false);
  return `
{{ if eq (int $was.restartCount) 0 }}
- {${head}, state: {${terminated(exitCode, reason)}}}
{{ else }}
{{ $backOff := index (list "10s" "20s" "40s" "1m20s" "2m40s" "5m0s") (min (sub (int $was.restartCount) 1) 5) }}
- {${head}, state: {waiting: {reason: CrashLoopBackOff, message: {{ printf "back-off %s restarting failed container=%s pod=%s_%s(%s)" $backOff .name $root.metadata.name $root.metadata.namespace $root.metadata.uid | Quote }}}}, lastState: {${terminated(exitCode, reason)}}}
{{ end }}`;
}

function restartedStatus(): string {
  const last =
    '{{ if $was.state.terminated }}{{ $was.state.terminated | toJson }}{{ else }}{{ $was.lastState.terminated | toJson }}{{ end }}';
  return `- {${statusHead('(add1 (int $was.restartCount))', false, true)}, state: {running: {startedAt: {{ $now | Quote }}}}, lastState: {terminated: ${last}}}`;
}
