import type { DelegateView } from '@slipway/contracts';

export interface DelegateMatch {
  readonly delegate: DelegateView;
  readonly missing: readonly string[];
  readonly connectedInstances: number;
}

const tagsOf = (delegate: DelegateView): ReadonlySet<string> => new Set([delegate.name, ...delegate.tags]);

/** Delegates by how well they fit: those with all tags first, the connected ones before the others. */
export function matchDelegates(delegates: readonly DelegateView[], tags: readonly string[]): DelegateMatch[] {
  return delegates
    .map((delegate) => ({
      delegate,
      missing: tags.filter((tag) => !tagsOf(delegate).has(tag)),
      connectedInstances: delegate.instances.filter(
        (instance) => instance.connected && instance.incompatible === undefined,
      ).length,
    }))
    .toSorted(
      (a, b) =>
        a.missing.length - b.missing.length ||
        b.connectedInstances - a.connectedInstances ||
        a.delegate.name.localeCompare(b.delegate.name),
    );
}

/** How many connected instances have all tags, as the words beside the field. */
export function fitWords(matches: readonly DelegateMatch[]): string {
  const fitting = matches.filter((match) => match.missing.length === 0);
  const instances = fitting.reduce((sum, match) => sum + match.connectedInstances, 0);
  if (fitting.length === 0) return 'none fits';
  if (instances === 0) return 'none connected';
  return instances === 1 ? '1 connected instance fits' : `${instances} connected instances fit`;
}
