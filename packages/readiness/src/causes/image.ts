import type { Resource } from '../resource.ts';
import { textAt } from '../resource.ts';
import { causeOn, objectOf } from './cause.ts';
import type { Cause, CauseLimits, Evidence } from './cause.ts';
import { eventEvidence } from './events.ts';

/** A container that waits, as its status says. */
export interface WaitingContainer {
  name: string;
  image: string;
  reason: string;
  message: string;
}

// https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/kubelet/images/types.go
const imageReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

// Texts of containerd, cri-o, docker and the registries behind them. "pull access denied" comes first: registries
// answer so for what does not exist, too, when they do not know who asks.
const unauthorized =
  /pull access denied|unauthorized|authentication required|authorization failed|no basic auth credentials|insufficient_scope|access forbidden|\b40[13] (?:unauthorized|forbidden)|requested access to the resource is denied|\bdenied: /i;
const notFound =
  /not found|manifest unknown|name unknown|manifest for \S+ not found|repository \S* ?does not exist|no such manifest|\b404\b/i;

/** The cause behind a container whose image cannot be had; undefined when it waits for something else. */
export function explainImage(
  pod: Resource,
  container: WaitingContainer,
  events: readonly Resource[],
  limits: CauseLimits,
): Cause | undefined {
  if (!imageReasons.has(container.reason)) return undefined;
  const { image } = container;
  const pulls = events.filter((event) => {
    const message = textAt(event, 'message');
    return textAt(event, 'reason') === 'Failed' && /pull|image/i.test(message) && message.includes(image);
  });
  // `Error: ErrImagePull` and `Error: ImagePullBackOff` repeat the state and prove nothing.
  const telling = pulls.filter((event) => !/^Error: \w+$/.test(textAt(event, 'message')));
  const evidence: Evidence[] = [
    {
      kind: 'status',
      text: `${container.reason}: ${container.message}`,
      object: objectOf(pod, container.name),
    },
    ...telling.slice(0, 2).map((event) => eventEvidence(event, pod)),
  ];
  const text = [container.message, ...telling.map((event) => textAt(event, 'message'))].join('\n');
  const sentence = telling.length > 0 ? textAt(telling[0], 'message') : container.message;
  const draft = classify(container.reason, text, image, limits);
  return causeOn(pod, { ...draft, message: sentence || container.reason, evidence }, container.name);
}

type Classified = Pick<Cause, 'code' | 'ends' | 'title' | 'hints'>;

function classify(reason: string, text: string, image: string, limits: CauseLimits): Classified {
  if (reason === 'InvalidImageName') {
    return {
      code: 'image.invalid',
      ends: 'now',
      title: `${JSON.stringify(image)} is no image name`,
      hints: [
        'Correct the image in the manifest or in its values; a name has no capitals, spaces or scheme.',
      ],
    };
  }
  if (reason === 'ErrImageNeverPull') {
    return {
      code: 'image.not_found',
      ends: 'now',
      title: `The image ${image} is not on the node and may not be pulled`,
      hints: ['imagePullPolicy is Never: load the image onto the nodes, or use IfNotPresent.'],
    };
  }
  if (unauthorized.test(text)) {
    return {
      code: 'image.unauthorized',
      ends: 'now',
      title: `The registry does not let the cluster pull ${image}`,
      hints: [
        'Check the pull secret: it must be in the namespace of the pod and named in imagePullSecrets.',
        'Registries give the same answer for a repository that does not exist: check the name, too.',
      ],
    };
  }
  if (notFound.test(text)) {
    return {
      code: 'image.not_found',
      ends: 'now',
      title: `The image ${image} does not exist`,
      hints: ['Check the repository and the tag; was the image pushed, and for this architecture?'],
    };
  }
  return {
    code: 'image.pull_failed',
    ends: { afterMs: limits.registryMs },
    title: `The image ${image} cannot be pulled at the moment`,
    hints: ['The registry may be unreachable from the nodes, or limit the rate; the kubelet goes on trying.'],
  };
}
