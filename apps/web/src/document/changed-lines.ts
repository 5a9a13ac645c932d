/** Numbers (from 0) of the lines of `after` that `before` does not have in this order. */
export function changedLines(before: string, after: string): ReadonlySet<number> {
  const old = before.split('\n');
  const now = after.split('\n');
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let tail = 0;
  while (
    tail < old.length - start &&
    tail < now.length - start &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail += 1;
  const kept = keptLines(old.slice(start, old.length - tail), now.slice(start, now.length - tail));
  const changed = new Set<number>();
  for (let line = start; line < now.length - tail; line += 1) {
    if (!kept.has(line - start) && now[line] !== '') changed.add(line);
  }
  return changed;
}

/** Lines of `now` in the longest common subsequence; long texts are taken as changed from end to end. */
function keptLines(old: readonly string[], now: readonly string[]): ReadonlySet<number> {
  const kept = new Set<number>();
  if (old.length * now.length > 250_000) return kept;
  const width = now.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  for (let i = 0, j = 0; i < old.length && j < now.length;) {
    if (old[i] === now[j]) {
      kept.add(j);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return kept;
}
