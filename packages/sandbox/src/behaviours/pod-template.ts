import { configuredCondition } from '../configuration/configured-condition.ts';
import { annotations } from './annotations.ts';
import { invalidNamePattern, missingTagPattern } from './selection.ts';
import type { StageStep } from './stage.ts';

/** Variables that every pod template begins with. */
export const preamble = `
{{- $now := Now }}{{ $root := . }}{{ $a := or .metadata.annotations dict }}
{{- $behaviour := or (index $a "${annotations.behaviour}") "" }}
{{- $limit := or (index $a "${annotations.behaviourImage}") "" }}
{{- $problem := "" }}{{ range .status.conditions }}{{ if eq .type "${configuredCondition}" }}{{ $problem = or .message "" }}{{ end }}{{ end }}
`;

/** Inside a range over containers: whether the behaviour is this container's. Needs the preamble. */
export const affected = `{{ $affected := or (and (ne $behaviour "") (or (eq $limit "") (contains $limit .image))) (regexMatch ${JSON.stringify(missingTagPattern)} .image) (regexMatch ${JSON.stringify(invalidNamePattern)} .image) }}`;

/** The fields of a status that say where the pod is. */
export const placement = `
startTime: {{ or .status.startTime $now | Quote }}
hostIP: 127.0.0.1
podIP: {{ or .status.podIP (PodIPWith .spec.nodeName (or .spec.hostNetwork false) .metadata.uid .metadata.name .metadata.namespace) | Quote }}
`;

/** The kubelet's conditions of a pod that is started and ready or not. */
export function conditions(ready: boolean, initialized = true): string {
  const readiness = ready
    ? 'status: "True"'
    : 'status: "False", reason: ContainersNotReady, message: "containers with unready status: [{{ range $i, $c := $root.spec.containers }}{{ if $i }} {{ end }}{{ $c.name }}{{ end }}]"';
  const at = 'lastTransitionTime: {{ $now | Quote }}';
  return `
conditions:
- {type: PodReadyToStartContainers, status: "True", ${at}}
- {type: Initialized, status: "${initialized ? 'True' : 'False'}", ${at}${initialized ? '' : ', reason: ContainersNotInitialized'}}
- {type: Ready, ${readiness}, ${at}}
- {type: ContainersReady, ${readiness}, ${at}}
`;
}

/** Init containers that have done their work; those that stay (restartPolicy Always) run. */
export const initContainersDone = `
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
{{ if eq (or .restartPolicy "") "Always" }}
- {name: {{ .name }}, image: {{ .image | Quote }}, imageID: {{ .image | Quote }}, containerID: {{ printf "sandbox://%s/%s/0" $root.metadata.uid .name | Quote }}, ready: true, started: true, restartCount: 0, state: {running: {startedAt: {{ $now | Quote }}}}}
{{ else }}
- {name: {{ .name }}, image: {{ .image | Quote }}, imageID: {{ .image | Quote }}, containerID: {{ printf "sandbox://%s/%s/0" $root.metadata.uid .name | Quote }}, ready: true, started: false, restartCount: 0, state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}}
{{ end }}
{{ end }}
{{ end }}
`;

/** What a container status says besides its state. `count` is a template expression. */
export function statusHead(count: string, ready: boolean, started: boolean): string {
  return `name: {{ .name }}, image: {{ .image | Quote }}, imageID: {{ .image | Quote }}, containerID: {{ printf "sandbox://%s/%s/%v" $root.metadata.uid .name ${count} | Quote }}, ready: ${ready}, started: ${started}, restartCount: {{ ${count} }}`;
}

/** A container that has not been started: no image, no id. */
export function waitingStatus(reason: string, message: string): string {
  return `- {name: {{ .name }}, image: {{ .image | Quote }}, imageID: "", ready: false, started: false, restartCount: 0, state: {waiting: {reason: ${reason}${message === '' ? '' : `, message: {{ ${message} | Quote }}`}}}}`;
}

/** A container that runs from now on. */
export function runningStatus(ready: boolean): string {
  return `- {${statusHead('0', ready, true)}, state: {running: {startedAt: {{ $now | Quote }}}}}`;
}

/** The status of a pod all of whose containers run. */
export function runningPod(ready: boolean): string {
  return `${preamble}
phase: Running
${placement}
${conditions(ready)}
${initContainersDone}
containerStatuses:
{{ range .spec.containers }}
${runningStatus(ready)}
{{ end }}`;
}

/** An event as the kubelet would write it, about the first affected container. `message` is a template expression that may use `$c`. */
export function eventStep(event: {
  id: string;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  count?: string;
}): StageStep {
  const template = `${preamble}
{{- $c := dict }}{{ $field := "containers" }}
{{- range .spec.initContainers }}${affected}{{ if and $affected (not $c) }}{{ $c = . }}{{ $field = "initContainers" }}{{ end }}{{ end }}
{{- range .spec.containers }}${affected}{{ if and $affected (not $c) }}{{ $c = . }}{{ end }}{{ end }}
{{- if not $c }}{{ $c = index .spec.containers 0 }}{{ end }}
apiVersion: v1
kind: Event
metadata:
  name: {{ printf "%s.%s.${event.id}" .metadata.name (trunc 8 .metadata.uid) | Quote }}
  namespace: {{ .metadata.namespace }}
involvedObject:
  apiVersion: v1
  kind: Pod
  namespace: {{ .metadata.namespace }}
  name: {{ .metadata.name | Quote }}
  uid: {{ .metadata.uid | Quote }}
  fieldPath: {{ printf "spec.%s{%s}" $field $c.name | Quote }}
type: ${event.type}
reason: ${event.reason}
message: {{ ${event.message} | Quote }}
source: {component: kubelet, host: {{ .spec.nodeName | Quote }}}
reportingComponent: kubelet
reportingInstance: {{ .spec.nodeName | Quote }}
firstTimestamp: {{ ${event.count === undefined ? '$now' : 'or .status.startTime $now'} | Quote }}
lastTimestamp: {{ $now | Quote }}
count: {{ ${event.count ?? '1'} }}`;
  return { apply: { template } };
}
