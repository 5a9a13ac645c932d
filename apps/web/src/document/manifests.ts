import { parseAllDocuments } from 'yaml';
import { valueAt } from './document.ts';

/** What is in pasted manifests: kind and name of each object, or the first thing wrong with the text. */
export function describeManifests(text: string): { objects: string[]; mistake: string | null } {
  const objects: string[] = [];
  const documents = parseAllDocuments(text, { version: '1.1' });
  if (!Array.isArray(documents)) return { objects, mistake: null };
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) return { objects, mistake: error.message.split('\n')[0] ?? 'This is not YAML.' };
    const tree: unknown = document.toJS({ maxAliasCount: 100 });
    if (tree === null) continue;
    const kind = valueAt(tree, ['kind']);
    const name = valueAt(tree, ['metadata', 'name']);
    if (typeof kind !== 'string')
      return { objects, mistake: 'Each document needs apiVersion, kind and metadata.name.' };
    objects.push(typeof name === 'string' ? `${kind} ${name}` : kind);
  }
  return { objects, mistake: null };
}
