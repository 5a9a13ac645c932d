import { annotations, behaviours } from './annotations.ts';
import { conditions, eventStep, preamble, runningPod, statusHead } from './pod-template.ts';
import { annotationKey, behaves, behaviourKey } from './selection.ts';
import { absent, exists, isIn, notIn, patchStatus, stage, type Stage } from './stage.ts';

const alive = absent('.metadata.deletionTimestamp');
const phase = (value: string) => isIn('.status.phase', value);
const readyCondition = '.status.conditions[]? | select(.type == "Ready") | .status';
const allContainersReady = '[.status.containerStatuses[]?.ready] | length > 0 and all';
const ofJob = isIn('.metadata.ownerReferences[]?.kind', 'Job');
const runs = ['ready', 'slow-termination', 'failing-job'];

/** Pods that run: at once, after a while, never ready; Jobs that complete or fail; and the end of every pod. */
export const runningStages: readonly Stage[] = [
  stage('pod-run', {
    kind: 'Pod',
    match: [alive, phase('Pending'), absent(annotationKey(annotations.readyAfter)), behaves(...runs)],
    steps: [patchStatus(runningPod(true))],
  }),
  stage('pod-run-before-ready', {
    kind: 'Pod',
    match: [alive, phase('Pending'), exists(annotationKey(annotations.readyAfter)), behaves(...runs)],
    steps: [patchStatus(runningPod(false))],
  }),
  stage('pod-ready-after', {
    kind: 'Pod',
    match: [
      alive,
      phase('Running'),
      exists(annotationKey(annotations.readyAfter)),
      notIn(readyCondition, 'True'),
      behaves(...runs),
    ],
    delay: { durationFrom: { jq: { expression: annotationKey(annotations.readyAfter) } } },
    steps: [patchStatus(readyNow())],
  }),
  // The controller manager calls the pods of a node that was silent (a laptop asleep) unready, and leaves it to the
  // kubelet to say otherwise.
  stage('pod-ready-again', {
    kind: 'Pod',
    match: [alive, phase('Running'), notIn(readyCondition, 'True'), isIn(allContainersReady, 'true')],
    delay: { durationMilliseconds: 1_000 },
    steps: [patchStatus(`${preamble}${conditions(true)}`)],
  }),
  stage('pod-never-ready', {
    kind: 'Pod',
    match: [alive, phase('Pending'), behaves('never-ready')],
    steps: [
      patchStatus(runningPod(false)),
      eventStep({
        id: 'unhealthy',
        type: 'Warning',
        reason: 'Unhealthy',
        message: '"Readiness probe failed: HTTP probe failed with statuscode: 503"',
      }),
    ],
  }),
  stage('job-pod-complete', {
    kind: 'Pod',
    match: [
      alive,
      phase('Running'),
      ofJob,
      isIn(readyCondition, 'True'),
      behaves('ready', 'slow-termination'),
    ],
    delay: {
      durationMilliseconds: 500,
      durationFrom: { jq: { expression: annotationKey(annotations.completeAfter) } },
    },
    steps: [patchStatus(endedPod({ phase: 'Succeeded', exitCode: 0, reason: 'Completed' }))],
  }),
  stage('job-pod-fail', {
    kind: 'Pod',
    match: [
      alive,
      phase('Running'),
      isIn('.spec.restartPolicy', 'Never', 'OnFailure'),
      behaves('failing-job'),
    ],
    delay: {
      durationMilliseconds: 500,
      durationFrom: { jq: { expression: annotationKey(annotations.completeAfter) } },
    },
    steps: [patchStatus(endedPod({ phase: 'Failed', exitCode: 1, reason: 'Error' }))],
  }),
  stage('pod-delete', {
    kind: 'Pod',
    match: [exists('.metadata.deletionTimestamp')],
    delay: { durationFrom: { jq: { expression: terminateAfter() } } },
    steps: [{ delete: true }],
  }),
  stage('pod-unknown-behaviour', {
    kind: 'Pod',
    match: [alive, phase('Pending'), notIn(behaviourKey, ...behaviours)],
    steps: [
      eventStep({
        id: 'unknown-behaviour',
        type: 'Warning',
        reason: 'UnknownBehaviour',
        message: `printf "The sandbox knows no behaviour %q; it knows: ${behaviours.join(', ')}" $behaviour`,
      }),
    ],
  }),
];

/** The status of a pod that was running and is ready from now on. */
export function readyNow(): string {
  return `${preamble}
${conditions(true)}
containerStatuses:
{{ range $i, $item := .spec.containers }}
{{ $was := index $root.status.containerStatuses $i }}
{{ with $item }}
- {${statusHead('$was.restartCount', true, true)}, state: {running: {startedAt: {{ $was.state.running.startedAt | Quote }}}}{{ if $was.lastState }}, lastState: {{ $was.lastState | toJson }}{{ end }}}
{{ end }}
{{ end }}`;
}

function endedPod(end: { phase: string; exitCode: number; reason: string }): string {
  const reason = end.exitCode === 0 ? 'PodCompleted' : 'PodFailed';
  return `${preamble}
phase: ${end.phase}
conditions:
- {type: Ready, status: "False", reason: ${reason}, lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "False", reason: ${reason}, lastTransitionTime: {{ $now | Quote }}}
containerStatuses:
{{ range $i, $item := .spec.containers }}
{{ $was := index $root.status.containerStatuses $i }}
{{ with $item }}
- {${statusHead('0', false, false)}, state: {terminated: {exitCode: ${end.exitCode}, reason: ${end.reason}, startedAt: {{ $was.state.running.startedAt | Quote }}, finishedAt: {{ $now | Quote }}}}}
{{ end }}
{{ end }}`;
}

function terminateAfter(): string {
  const given = annotationKey(annotations.terminateAfter);
  return `if ${given} then ${given} elif ${annotationKey(annotations.behaviour)} == "slow-termination" then "30s" else empty end`;
}
