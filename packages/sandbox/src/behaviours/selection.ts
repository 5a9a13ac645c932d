import { configuredCondition } from '../configuration/configured-condition.ts';
import { annotations, missingImageWords } from './annotations.ts';
import { isIn, type StageMatch } from './stage.ts';

const annotation = (name: string): string => `.metadata.annotations[${JSON.stringify(name)}]`;

/** Go and jq read this pattern alike: a tag that holds one of the words. */
export const missingTagPattern = `:[^/:@]*(${missingImageWords.join('|')})[^/:@]*(@.*)?$`;

/** An upper-case letter in the name, before any tag or digest: no registry accepts it. */
export const invalidNamePattern = '^[^:@]*[A-Z]';

/**
 * jq: the behaviour of a pod. The annotation says it, unless it is limited to images that the pod does not use;
 * without it the images themselves may.
 */
const behaviourOfPod = `
(${annotation(annotations.behaviour)} // "") as $behaviour
| (${annotation(annotations.behaviourImage)} // "") as $limit
| [(.spec.containers[], (.spec.initContainers // [])[]).image] as $images
| if $behaviour != "" and ($limit == "" or any($images[]; contains($limit))) then $behaviour
  elif any($images[]; test(${JSON.stringify(missingTagPattern)})) then "image-pull-error"
  elif any($images[]; test(${JSON.stringify(invalidNamePattern)})) then "invalid-image-name"
  else "ready" end`.trim();

/** jq: a ConfigMap or Secret that a pod cannot start without; as `configurationReferences` finds them. */
const needsConfiguration = `
any(
  ((.spec.containers[], (.spec.initContainers // [])[])
    | ((.envFrom // [])[] | .configMapRef, .secretRef), ((.env // [])[] | .valueFrom | .configMapKeyRef?, .secretKeyRef?)),
  ((.spec.volumes // [])[] | select(.name | startswith("kube-api-access-") | not)
    | (., ((.projected.sources // [])[])) | .configMap, .secret);
  . != null and .optional != true
)`.trim();

/** jq: the pod condition with this status says whether its configuration is there. */
export const configured = (status: 'True' | 'False'): string =>
  `.status.conditions[]? | select(.type == "${configuredCondition}" and .status == "${status}")`;

/**
 * jq: the behaviour, or `unconfigured` for a pod that could start but for a ConfigMap or Secret that is missing or was
 * not yet looked for. What is wrong with its image comes first, as it does for a kubelet.
 */
const currentBehaviour = `
(${behaviourOfPod}) as $wanted
| if .status.phase == "Pending"
    and any("image-pull-error", "image-pull-unauthorized", "invalid-image-name", "config-error"; . == $wanted) == false
    and ${needsConfiguration}
    and any(${configured('True')}; true) == false
  then "unconfigured" else $wanted end`.trim();

/** Matches pods whose behaviour is one of these. */
export const behaves = (...behaviours: string[]): StageMatch => isIn(currentBehaviour, ...behaviours);

/** The jq expression of the behaviour that was asked for, known or not. */
export const behaviourKey = behaviourOfPod;

/** The jq path of an annotation. */
export const annotationKey = annotation;
