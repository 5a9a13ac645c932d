import type { ObjectStatus } from '@slipway/contracts';
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

export const objectTone = (object: ObjectStatus): Tone => tones[object.status];

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
