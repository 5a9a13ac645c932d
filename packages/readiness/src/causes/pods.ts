import { at, conditionOf, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { causeOn } from './cause.ts';
import type { Cause, CauseLimits } from './cause.ts';
import { explainContainers, missingConfiguration } from './containers.ts';
import { eventEvidence, eventsAbout } from './events.ts';

/** Why a pod is not ready, in the order of its life: scheduling, volumes, images, start, probes. */
export function explainPod(pod: Resource, events: readonly Resource[], limits: CauseLimits): Cause[] {
  if (pod.metadata.deletionTimestamp !== undefined) return [];
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || conditionOf(pod, 'Ready')?.status === 'True') return [];
  const own = eventsAbout(pod, events);
  if (phase === 'Failed') return [...explainContainers(pod, own, limits), ...explainFailedPod(pod)];
  const scheduling = explainScheduling(pod, own, limits);
  if (scheduling !== undefined) return [scheduling];
  const containers = explainContainers(pod, own, limits);
  if (containers.length > 0) return containers;
  const volumes = explainVolumes(pod, own);
  if (volumes !== undefined) return [volumes];
  const probe = explainProbe(pod, own);
  return probe === undefined ? [] : [probe];
}

function explainFailedPod(pod: Resource): Cause[] {
  const reason = textAt(pod, 'status', 'reason');
  const message = textAt(pod, 'status', 'message') || 'The pod failed.';
  if (reason === '') return [];
  return [
    causeOn(pod, {
      code: reason === 'Evicted' ? 'pod.evicted' : 'pod.failed',
      ends: 'never',
      title: reason === 'Evicted' ? 'The node put the pod out' : `The pod failed: ${reason}`,
      message,
      evidence: [{ kind: 'status', text: `${reason}: ${message}` }],
      hints:
        reason === 'Evicted' ? ['The node ran short of a resource; set requests that match the need.'] : [],
    }),
  ];
}

function explainScheduling(
  pod: Resource,
  events: readonly Resource[],
  limits: CauseLimits,
): Cause | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  const evidence = [
    { kind: 'status' as const, text: `${scheduled.reason}: ${scheduled.message}` },
    ...events
      .filter((event) => textAt(event, 'reason') === 'FailedScheduling')
      .slice(0, 1)
      .map((event) => eventEvidence(event, pod)),
  ];
  if (scheduled.reason === 'SchedulingGated') {
    return causeOn(pod, {
      code: 'pod.gated',
      ends: 'never',
      title: 'The pod is held back by its scheduling gates',
      message: scheduled.message,
      evidence,
      hints: ['Whoever set spec.schedulingGates must remove them.'],
    });
  }
  return causeOn(pod, {
    code: 'pod.unschedulable',
    ends: { afterMs: limits.unschedulableMs },
    title: 'No node can take the pod',
    message: scheduled.message,
    evidence,
    hints: schedulingHints(scheduled.message),
  });
}

function schedulingHints(message: string): string[] {
  const hints: string[] = [];
  if (/Insufficient/.test(message)) hints.push('Lower the requests, free capacity, or add nodes.');
  if (/node affinity|node selector/i.test(message))
    hints.push('Compare nodeSelector and affinity with the labels of the nodes.');
  if (/taint/.test(message)) hints.push('Add a toleration for the taint, or choose other nodes.');
  if (/persistentvolumeclaim/i.test(message))
    hints.push('Check the claim that it uses: does it exist, and is it bound?');
  return hints.length > 0 ? hints : ['kubectl describe pod shows what each node lacks.'];
}

function explainVolumes(pod: Resource, events: readonly Resource[]): Cause | undefined {
  const event = events.find((item) =>
    ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume'].includes(textAt(item, 'reason')),
  );
  if (event === undefined) return undefined;
  const message = textAt(event, 'message');
  const missing = missingConfiguration(message);
  return missing === undefined
    ? causeOn(pod, {
        code: 'volume.mount_failed',
        ends: 'never',
        title: 'A volume of the pod cannot be mounted',
        message,
        evidence: [eventEvidence(event, pod)],
        hints: ['The kubelet goes on trying; check the claim, its driver and the node.'],
      })
    : causeOn(pod, {
        code: 'container.config_missing',
        ends: 'now',
        title: `A volume of the pod needs ${missing}, which does not exist`,
        message,
        evidence: [eventEvidence(event, pod)],
        hints: ['Add it to the manifests, correct the reference, or mark the volume as optional.'],
      });
}

function explainProbe(pod: Resource, events: readonly Resource[]): Cause | undefined {
  const event = events.find((item) => textAt(item, 'reason') === 'Unhealthy');
  if (event === undefined || at(pod, 'status', 'containerStatuses') === undefined) return undefined;
  const message = textAt(event, 'message');
  const kind = /^(Readiness|Liveness|Startup)/.exec(message)?.[1] ?? 'Readiness';
  return causeOn(pod, {
    code: 'probe.failing',
    ends: 'never',
    title: `The ${kind.toLowerCase()} probe fails`,
    message,
    evidence: [eventEvidence(event, pod)],
    hints: ['Check path, port and delays of the probe, and whether the program listens on that port.'],
  });
}
