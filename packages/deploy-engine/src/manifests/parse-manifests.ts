import type { KubernetesObject } from '../kubernetes-object.ts';
import { asMap, isMap } from '../kubernetes-object.ts';
import { addressOf, displayName } from '../identity.ts';
import { splitDocuments } from './split-documents.ts';
import { validateObject } from './validate-object.ts';
import { readYaml } from './yaml.ts';

/** A rendered file: its path as the user knows it, and its text. */
export interface ManifestFile {
  path: string;
  content: string;
}

/** Where an object was written; lines count from 1. */
export interface ManifestSource {
  file: string;
  line: number;
}

/** An object of the set, with the place it came from. */
export interface SourcedObject {
  object: KubernetesObject;
  source: ManifestSource;
}

/** Why a file, or an object in it, cannot be deployed. */
export interface ManifestProblem extends ManifestSource {
  message: string;
  hint?: string;
}

export interface ParsedManifests {
  objects: SourcedObject[];
  problems: ManifestProblem[];
  /** Files left out by their own first line, or because they are not YAML or JSON. */
  skippedFiles: { path: string; reason: string }[];
}

/** Sizes in bytes of text, except where named otherwise. */
export interface ManifestLimits {
  fileBytes: number;
  totalBytes: number;
  objects: number;
  /** Values after expansion of YAML aliases, per document. */
  values: number;
}

export const defaultManifestLimits: ManifestLimits = {
  fileBytes: 16 * 1024 * 1024,
  totalBytes: 64 * 1024 * 1024,
  objects: 20_000,
  values: 1_000_000,
};

const skipComment = /^#\s*(?:harness\.io|slipway\.dev)\/skip-file-for-deploy\s*$/;

/** Whether the very first line says that the file is not part of a deployment. */
export function isSkippedFile(content: string): boolean {
  const end = content.indexOf('\n');
  return skipComment.test((end < 0 ? content : content.slice(0, end)).replace(/^\uFEFF/, '').trimEnd());
}

/**
 * Reads rendered manifest files into objects: many documents a file, lists unwrapped, each with its place.
 * Never throws; what cannot be read is listed in `problems`, and nothing should be applied while there is one.
 */
export function parseManifests(
  files: readonly ManifestFile[],
  limits = defaultManifestLimits,
): ParsedManifests {
  const result: ParsedManifests = { objects: [], problems: [], skippedFiles: [] };
  let totalBytes = 0;
  for (const file of files) {
    totalBytes += file.content.length;
    const whole = { file: file.path, line: 1 };
    if (!/\.(?:ya?ml|json)$/i.test(file.path)) {
      result.skippedFiles.push({ path: file.path, reason: 'not a .yaml, .yml or .json file' });
    } else if (isSkippedFile(file.content)) {
      result.skippedFiles.push({ path: file.path, reason: 'its first line says skip-file-for-deploy' });
    } else if (file.content.length > limits.fileBytes) {
      result.problems.push({ ...whole, message: `The file is larger than ${limits.fileBytes} bytes.` });
    } else if (totalBytes > limits.totalBytes) {
      result.problems.push({
        ...whole,
        message: `The manifests together are larger than ${limits.totalBytes} bytes.`,
      });
      break;
    } else {
      parseFile(file, limits, result);
    }
  }
  if (result.objects.length > limits.objects) {
    result.problems.push({
      file: '',
      line: 0,
      message: `More than ${limits.objects} objects in one release.`,
    });
  }
  return result;
}

function parseFile(file: ManifestFile, limits: ManifestLimits, result: ParsedManifests): void {
  for (const document of splitDocuments(file.content)) {
    const read = readYaml(document.text);
    const source = { file: file.path, line: document.line + leadingLines(document.text) };
    if (!read.ok) {
      result.problems.push({
        file: file.path,
        line: document.line + read.problem.line - 1,
        message: `Not valid YAML: ${read.problem.message}.`,
      });
      continue;
    }
    const expanded = expand(read.value, { left: limits.values });
    if (!expanded.ok) result.problems.push({ ...source, message: expanded.message });
    else if (expanded.value !== null && expanded.value !== undefined)
      addDocument(expanded.value, source, result);
  }
}

function leadingLines(text: string): number {
  const first = /^[^\S\n]*[^#\s]/m.exec(text);
  return first === null ? 0 : text.slice(0, first.index).split('\n').length - 1;
}

function addDocument(value: unknown, source: ManifestSource, result: ParsedManifests): void {
  const map = asMap(value);
  if (map === undefined) {
    result.problems.push({
      ...source,
      message: 'A Kubernetes object is a map with apiVersion, kind and metadata.',
    });
    return;
  }
  // kubectl unwraps every kind that ends in List and has items.
  if (typeof map['kind'] === 'string' && map['kind'].endsWith('List') && Array.isArray(map['items'])) {
    for (const item of map['items']) addDocument(item, source, result);
    return;
  }
  const checked = validateObject(map);
  for (const problem of checked.problems) result.problems.push({ ...source, ...problem });
  if (checked.object !== undefined) result.objects.push({ object: checked.object, source });
}

type Expanded = { ok: true; value: unknown } | { ok: false; message: string };

/** Copies a parsed value so that aliases share nothing, within a budget that an alias bomb runs out of. */
function expand(value: unknown, budget: { left: number }): Expanded {
  budget.left -= 1;
  if (budget.left < 0) return { ok: false, message: 'Too many values once its YAML aliases are expanded.' };
  if (typeof value === 'number' && !Number.isFinite(value))
    return { ok: false, message: `${value} is no JSON number.` };
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return {
      ok: false,
      message: `The number ${String(value)} is too large to be kept exactly; write it in quotes.`,
    };
  }
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const item of value) {
      const copied = expand(item, budget);
      if (!copied.ok) return copied;
      list.push(copied.value);
    }
    return { ok: true, value: list };
  }
  if (!isMap(value)) return { ok: true, value };
  const map: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') return { ok: false, message: '__proto__ is no field name.' };
    const copied = expand(item, budget);
    if (!copied.ok) return copied;
    map[key] = copied.value;
  }
  return { ok: true, value: map };
}

/** "web.yaml:12 (Deployment web)" */
export function describeSource(sourced: SourcedObject): string {
  return `${sourced.source.file}:${sourced.source.line} (${displayName(addressOf(sourced.object))})`;
}
