import type { Secret } from '@slipway/contracts';
import { parseDocument } from 'yaml';
import type { AuthoredDocument } from './document.ts';

/** A secret's document apart from its value: only the rest is ever stored as text, shown or audited. */
export interface SplitSecret {
  readonly document: AuthoredDocument;
  readonly value: string | null;
}

/** Takes the value out of the tree and of the text; comments and key order of the rest stay. */
export function splitSecret(authored: AuthoredDocument): SplitSecret {
  // The tree passed the schema of secrets.
  const { secret } = authored.tree as { secret: Secret };
  const { value, ...spec } = secret.spec;
  if (value === undefined || value === null) return { document: authored, value: null };
  const text = parseDocument(authored.yaml);
  text.deleteIn(['secret', 'spec', 'value']);
  return {
    document: { ...authored, tree: { secret: { ...secret, spec } }, yaml: text.toString({ lineWidth: 0 }) },
    value,
  };
}
