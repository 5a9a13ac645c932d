const mostNames = 1000;
const longestName = 100;
const mostSuggestions = 3;

/** Names that a person may have meant by `wanted`, likeliest first. */
export function suggest(wanted: string, names: readonly string[]): readonly string[] {
  if (wanted.length > longestName) return [];
  const ranked = names
    .slice(0, mostNames)
    .filter((name) => name.length <= longestName && name !== wanted)
    .map((name) => ({ name, distance: nearness(wanted, name) }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(wanted.length / 3)));
  ranked.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, mostSuggestions).map(({ name }) => name);
}

function bare(text: string): string {
  return text.replaceAll(/[-_ .]/g, '');
}

function nearness(wanted: string, name: string): number {
  const [a, b] = [wanted.toLowerCase(), name.toLowerCase()];
  if (a === b || bare(a) === bare(b)) return 0;
  if (a.length >= 3 && (b.startsWith(a) || a.startsWith(b)) && b.length >= 3) return 1;
  return distance(a, b);
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
function distance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const costs = [
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      ];
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        costs.push((older[column - 2] ?? 0) + 1);
      }
      current.push(Math.min(...costs));
    }
    older = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
