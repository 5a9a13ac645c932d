import { absent, exists, isIn, notIn, patchStatus, stage, type Stage } from './stage.ts';

/** The StorageClass that the sandbox makes the default. Its volumes hold nothing. */
export const storageClassName = 'sandbox';

const alive = absent('.metadata.deletionTimestamp');

const readyCondition = '.status.conditions[]? | select(.type == "Ready") | .status';

/** What surrounds pods: nodes that are ready, volumes once a pod wants them, addresses for load balancers. */
export const infrastructureStages: Stage[] = [
  stage('node-ready', {
    kind: 'Node',
    match: [notIn(readyCondition, 'True')],
    steps: [patchStatus(nodeStatus())],
  }),
  stage('node-heartbeat', {
    kind: 'Node',
    match: [isIn(readyCondition, 'True')],
    // The controller manager gives a node up after 50 s of silence.
    delay: { durationMilliseconds: 10_000 },
    steps: [patchStatus(nodeStatus())],
  }),
  stage('volume-claim-provision', {
    kind: 'PersistentVolumeClaim',
    match: [
      alive,
      isIn('.spec.storageClassName', storageClassName),
      absent('.spec.volumeName'),
      // The scheduler sets it once a pod that wants the claim has found its node.
      exists('.metadata.annotations["volume.kubernetes.io/selected-node"]'),
    ],
    steps: [{ apply: { template: volume() } }],
  }),
  stage('volume-delete', {
    kind: 'PersistentVolume',
    match: [alive, isIn('.spec.storageClassName', storageClassName), isIn('.status.phase', 'Released')],
    steps: [{ delete: true }],
  }),
  stage('load-balancer-address', {
    kind: 'Service',
    match: [alive, isIn('.spec.type', 'LoadBalancer'), absent('.status.loadBalancer.ingress')],
    delay: { durationMilliseconds: 500 },
    steps: [patchStatus(loadBalancer())],
  }),
  stage('ingress-address', {
    kind: 'Ingress',
    apiGroup: 'networking.k8s.io/v1',
    match: [alive, absent('.status.loadBalancer.ingress')],
    delay: { durationMilliseconds: 500 },
    steps: [patchStatus(loadBalancer())],
  }),
];

function nodeStatus(): string {
  return `
{{ $now := Now }}
{{ $since := dict }}{{ range .status.conditions }}{{ $_ := set $since (print .type .status) .lastTransitionTime }}{{ end }}
conditions:
{{ range NodeConditions }}
- {type: {{ .type }}, status: {{ .status | Quote }}, reason: {{ .reason }}, message: {{ .message | Quote }}, lastHeartbeatTime: {{ $now | Quote }}, lastTransitionTime: {{ index $since (print .type .status) | default $now | Quote }}}
{{ end }}`;
}

/** Bound by the real controller: the claim reference is the whole agreement. */
function volume(): string {
  return `
apiVersion: v1
kind: PersistentVolume
metadata:
  name: {{ printf "sandbox-%s" .metadata.uid }}
  annotations: {pv.kubernetes.io/provisioned-by: sandbox.slipway.dev/volume}
spec:
  accessModes: {{ .spec.accessModes | toJson }}
  capacity: {{ .spec.resources.requests | toJson }}
  persistentVolumeReclaimPolicy: Delete
  storageClassName: ${storageClassName}
  volumeMode: {{ or .spec.volumeMode "Filesystem" }}
  claimRef: {apiVersion: v1, kind: PersistentVolumeClaim, name: {{ .metadata.name | Quote }}, namespace: {{ .metadata.namespace }}, uid: {{ .metadata.uid | Quote }}}
  csi: {driver: sandbox.slipway.dev, volumeHandle: {{ .metadata.uid | Quote }}}`;
}

/** An address of the range kept for documentation (RFC 5737): it leads nowhere. */
function loadBalancer(): string {
  return `
loadBalancer:
  ingress:
  - ip: {{ printf "192.0.2.%d" (add1 (mod (atoi (adler32sum .metadata.uid)) 250)) | Quote }}`;
}
