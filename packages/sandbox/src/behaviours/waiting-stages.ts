import { annotations } from './annotations.ts';
import {
  affected,
  conditions,
  initContainersDone,
  eventStep as event,
  placement,
  preamble,
  runningStatus,
  waitingStatus,
} from './pod-template.ts';
import { behaves, configured } from './selection.ts';
import {
  absent,
  isIn,
  notIn,
  patchStatus,
  stage,
  type Stage,
  type StageMatch,
  type StageStep,
} from './stage.ts';

const alive = absent('.metadata.deletionTimestamp');
const pending = isIn('.status.phase', 'Pending');
const waitingReason =
  '(.status.containerStatuses[]?, .status.initContainerStatuses[]?) | .state.waiting.reason? // empty';

/** The text of containerd's errors, as kubelets show it. `image` is a template expression. */
function notFound(image: string): string {
  return `printf "rpc error: code = NotFound desc = failed to pull and unpack image \\"%s\\": failed to resolve reference \\"%s\\": %s: not found" ${image} ${image} ${image}`;
}

function unauthorized(image: string): string {
  return `printf "rpc error: code = Unknown desc = failed to pull and unpack image \\"%s\\": failed to resolve reference \\"%s\\": pull access denied, repository does not exist or may require authorization: authorization failed: 401 Unauthorized" ${image} ${image}`;
}

/** Containers that cannot start: their image, its name or their configuration is at fault. */
export const waitingStages: readonly Stage[] = [
  ...pullStages('image-pull-error', notFound),
  ...pullStages('image-pull-unauthorized', unauthorized),
  stage('pod-invalid-image-name', {
    kind: 'Pod',
    match: [alive, pending, absent('.status.containerStatuses'), behaves('invalid-image-name')],
    steps: [
      event({ id: 'inspect', type: 'Warning', reason: 'InspectFailed', message: invalidName('$c.image') }),
      event({ id: 'failed', type: 'Warning', reason: 'Failed', message: '"Error: InvalidImageName"' }),
      patchStatus(waitingPod('InvalidImageName', invalidName('.image'))),
    ],
  }),
  stage('pod-config-error', {
    kind: 'Pod',
    match: [alive, pending, absent('.status.containerStatuses'), behaves('config-error')],
    steps: [
      event({
        id: 'failed',
        type: 'Warning',
        reason: 'Failed',
        message: `printf "Error: %s" (${configMessage()})`,
      }),
      patchStatus(waitingPod('CreateContainerConfigError', configMessage())),
    ],
  }),
  ...unconfiguredStages(),
];

function pullStages(behaviour: string, cause: (image: string) => string): Stage[] {
  const match = (...more: StageMatch[]): StageMatch[] => [alive, pending, ...more, behaves(behaviour)];
  const fail: StageStep[] = [
    event({
      id: 'pulling',
      type: 'Normal',
      reason: 'Pulling',
      message: 'printf "Pulling image %q" $c.image',
    }),
    event({
      id: 'pull',
      type: 'Warning',
      reason: 'Failed',
      message: `printf "Failed to pull image %q: %s" $c.image (${cause('$c.image')})`,
    }),
    event({ id: 'error', type: 'Warning', reason: 'Failed', message: '"Error: ErrImagePull"' }),
    patchStatus(waitingPod('ErrImagePull', cause('.image'))),
  ];
  return [
    stage(`pod-${behaviour}`, {
      kind: 'Pod',
      match: match(absent('.status.containerStatuses')),
      steps: fail,
    }),
    stage(`pod-${behaviour}-back-off`, {
      kind: 'Pod',
      match: match(isIn(waitingReason, 'ErrImagePull')),
      delay: { durationMilliseconds: 1_000 },
      steps: [
        event({
          id: 'back-off',
          type: 'Normal',
          reason: 'BackOff',
          message: 'printf "Back-off pulling image %q" $c.image',
        }),
        event({
          id: 'error-back-off',
          type: 'Warning',
          reason: 'Failed',
          message: '"Error: ImagePullBackOff"',
        }),
        patchStatus(
          waitingPod(
            'ImagePullBackOff',
            `printf "Back-off pulling image %q: ErrImagePull: %s" .image (${cause('.image')})`,
          ),
        ),
      ],
    }),
    stage(`pod-${behaviour}-again`, {
      kind: 'Pod',
      match: match(isIn(waitingReason, 'ImagePullBackOff')),
      delay: { durationMilliseconds: 30_000 },
      steps: fail,
    }),
  ];
}

/** Affected containers wait for this reason, the others run; a failing init container holds all others back. */
function waitingPod(reason: string, message: string): string {
  return `${preamble}
{{- $initAffected := false }}{{ range .spec.initContainers }}${affected}{{ if $affected }}{{ $initAffected = true }}{{ end }}{{ end }}
phase: Pending
${placement}
{{ if $initAffected }}
${conditions(false, false)}
initContainerStatuses:
{{ range .spec.initContainers }}${affected}
{{ if $affected }}
${waitingStatus(reason, message)}
{{ else }}
${waitingStatus('PodInitializing', '')}
{{ end }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
${waitingStatus('PodInitializing', '')}
{{ end }}
{{ else }}
${conditions(false)}
${initContainersDone}
containerStatuses:
{{ range .spec.containers }}${affected}
{{ if $affected }}
${waitingStatus(reason, message)}
{{ else }}
${runningStatus(true)}
{{ end }}
{{ end }}
{{ end }}`;
}

function invalidName(image: string): string {
  return `printf "Failed to apply default image tag %q: couldn't parse image name %q: invalid reference format: repository name must be lowercase" ${image} ${image}`;
}

/** The message is the pod's own word, since a stage cannot look at other objects. */
function configMessage(): string {
  return `or (index $a "${annotations.message}") "configmap \\"settings\\" not found"`;
}

/** Pods whose ConfigMaps or Secrets were looked for and not found. */
function unconfiguredStages(): Stage[] {
  const reason = `${configured('False')} | .reason`;
  const shown = `[${configured('False')} | .message] as $messages | .status.containerStatuses[]? | .state.waiting.message as $shown | $messages | index($shown) != null`;
  return [
    stage('pod-configuration-missing', {
      kind: 'Pod',
      match: [
        alive,
        pending,
        isIn(reason, 'CreateContainerConfigError'),
        notIn(shown, 'true'),
        behaves('unconfigured'),
      ],
      steps: [
        event({ id: 'failed', type: 'Warning', reason: 'Failed', message: 'printf "Error: %s" $problem' }),
        patchStatus(unconfiguredPod('CreateContainerConfigError', '$problem')),
      ],
    }),
    stage('pod-mount-failed', {
      kind: 'Pod',
      match: [
        alive,
        pending,
        isIn(reason, 'FailedMount'),
        notIn(waitingReason, 'ContainerCreating'),
        behaves('unconfigured'),
      ],
      steps: [
        event({ id: 'mount', type: 'Warning', reason: 'FailedMount', message: '$problem' }),
        patchStatus(unconfiguredPod('ContainerCreating', '')),
      ],
    }),
  ];
}

function unconfiguredPod(reason: string, message: string): string {
  return `${preamble}
phase: Pending
${placement}
${conditions(false)}
${initContainersDone}
containerStatuses:
{{ range .spec.containers }}
${waitingStatus(reason, message)}
{{ end }}`;
}
