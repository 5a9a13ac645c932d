import { at, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { objectOf } from './cause.ts';
import type { Evidence } from './cause.ts';

/** When an event last happened, RFC 3339; empty when it does not say. */
export function eventTime(event: Resource): string {
  return (
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'eventTime') ||
    textAt(event, 'firstTimestamp') ||
    textAt(event, 'metadata', 'creationTimestamp')
  );
}

/**
 * Events about one object, newest first, none older than `since` (RFC 3339, by the cluster's clock). Events tell their
 * time in whole seconds, so the second of `since` counts as after it.
 */
export function eventsAbout(resource: Resource, events: readonly Resource[], since?: string): Resource[] {
  const { uid, name, namespace } = resource.metadata;
  const floor = since === undefined ? Number.NEGATIVE_INFINITY : Math.floor(Date.parse(since) / 1000) * 1000;
  return events
    .filter((event) => {
      const about = at(event, 'involvedObject');
      const aboutUid = textAt(about, 'uid');
      const same =
        aboutUid !== '' && uid !== undefined
          ? aboutUid === uid
          : textAt(about, 'kind') === resource.kind &&
            textAt(about, 'name') === name &&
            textAt(about, 'namespace') === (namespace ?? '');
      return same && !(Date.parse(eventTime(event)) < floor);
    })
    .sort((left, right) => Date.parse(eventTime(right)) - Date.parse(eventTime(left)));
}

export function eventEvidence(event: Resource, about: Resource): Evidence {
  const time = eventTime(event);
  return {
    kind: 'event',
    text: `${textAt(event, 'reason')}: ${textAt(event, 'message').trim()}`,
    ...(time === '' ? {} : { at: time }),
    object: objectOf(about),
  };
}
