import type { Mistake } from './check-document.ts';
import type { Path } from './document.ts';

/** The message for a form's field, where a mistake lies at it or below it. */
export function mistakeAt(mistakes: readonly Mistake[], path: Path): string | undefined {
  return mistakes.find(
    (mistake) =>
      mistake.path.length >= path.length && path.every((key, depth) => mistake.path[depth] === key),
  )?.message;
}
