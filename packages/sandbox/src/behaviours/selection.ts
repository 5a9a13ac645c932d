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

/** Matches pods whose behaviour is one of these. */
export const behaves = (...behaviours: string[]): StageMatch => isIn(behaviourOfPod, ...behaviours);

/** The jq expression itself, for a match that is not a list. */
export const behaviourKey = behaviourOfPod;

/** The jq path of an annotation. */
export const annotationKey = annotation;
