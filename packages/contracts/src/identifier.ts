/** Words that expressions use themselves, so that no entity may be called by them. */
export const reservedIdentifiers: ReadonlySet<string> = new Set([
  'or',
  'and',
  'eq',
  'ne',
  'lt',
  'gt',
  'le',
  'ge',
  'div',
  'mod',
  'not',
  'null',
  'true',
  'false',
  'new',
  'var',
  'return',
  'step',
  'parallel',
  'stepGroup',
  'org',
  'account',
  'status',
  'liteEngineTask',
]);

/** `Storefront web` becomes `Storefront_web`: what the console proposes while a name is typed. Never empty. */
export function identifierFromName(name: string): string {
  const cleaned = name
    .trim()
    .replaceAll(/[\s.-]+/g, '_')
    .replaceAll(/[^0-9a-zA-Z_]/g, '');
  const started = /^[a-zA-Z_]/.test(cleaned) ? cleaned : `_${cleaned}`;
  const cut = started.slice(0, 128);
  return reservedIdentifiers.has(cut) ? `${cut}_1` : cut;
}

/** The first of `base`, `base_1`, `base_2`... that is not taken. */
export function freeIdentifier(base: string, isTaken: (candidate: string) => boolean): string {
  if (!isTaken(base)) return base;
  for (let suffix = 1; ; suffix += 1) {
    const candidate = `${base.slice(0, 128 - String(suffix).length - 1)}_${suffix}`;
    if (!isTaken(candidate)) return candidate;
  }
}
