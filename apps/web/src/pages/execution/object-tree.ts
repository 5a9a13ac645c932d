import type { Cause, ObjectRef, ObjectStatus } from '@slipway/contracts';
import type { Tone } from '../../ui/Mark.tsx';

export interface ObjectRow {
  readonly object: ObjectStatus;
  readonly depth: number;
}

const tones: Readonly<Record<ObjectStatus['status'], Tone>> = {
  current: 'ok',
  'in-progress': 'run',
  failed: 'fail',
  terminating: 'wait',
  'not-found': 'none',
  unknown: 'none',
};

const sameObject = (a: ObjectRef, b: ObjectRef): boolean =>
  a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');

/** How an object is doing. One that a fatal cause names has failed; nothing turns any more once the step has ended. */
export function objectTone(object: ObjectStatus, causes: readonly Cause[], stepHasEnded: boolean): Tone {
  const named = causes.some(
    (cause) =>
      cause.severity === 'fatal' && cause.object !== undefined && sameObject(cause.object, object.ref),
  );
  if (named) return 'fail';
  return stepHasEnded && object.status === 'in-progress' ? 'warn' : tones[object.status];
}

/** Objects below their owners, in the order they came; one whose owner is not among them stands at the top. */
export function objectRows(objects: readonly ObjectStatus[]): ObjectRow[] {
  const ids = new Set(objects.map((object) => object.id));
  const children = new Map<string, ObjectStatus[]>();
  const roots: ObjectStatus[] = [];
  for (const object of objects) {
    if (object.parent === undefined || !ids.has(object.parent) || object.parent === object.id)
      roots.push(object);
    else children.set(object.parent, [...(children.get(object.parent) ?? []), object]);
  }
  const walk = (list: readonly ObjectStatus[], depth: number): ObjectRow[] =>
    depth > 8
      ? []
      : list.flatMap((object) => [{ object, depth }, ...walk(children.get(object.id) ?? [], depth + 1)]);
  return walk(roots, 0);
}
