import type { EntityKind, ErrorDetail, Scope } from '@slipway/contracts';
import { hasExpressions, parseRuntimeInput, parseTemplate } from '@slipway/expressions';
import { fail } from '../../platform/fail.ts';
import { toPointer } from './document.ts';
import type { AuthoredDocument } from './document.ts';

interface CommonFields {
  readonly identifier: string;
  readonly name: string;
  readonly description?: string | null;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly type?: string;
  readonly orgIdentifier?: string;
  readonly projectIdentifier?: string;
}

export const rootKeyOf = (document: AuthoredDocument): string => Object.keys(document.tree)[0] ?? '';

/** What all kinds have in common. */
export function commonFields(document: AuthoredDocument): CommonFields {
  // Every document schema holds these fields below its single root key.
  return document.tree[rootKeyOf(document)] as CommonFields;
}

const typeNames: Partial<Record<EntityKind, string>> = { service: 'Kubernetes', pipeline: 'Pipeline' };

export function typeOf(document: AuthoredDocument): string {
  return typeNames[document.kind] ?? commonFields(document).type ?? document.kind;
}

const at = (document: AuthoredDocument, path: readonly PropertyKey[], message: string): ErrorDetail => ({
  pointer: toPointer(path),
  ...document.locate(path),
  message,
});

/** The URL says the scope; a document that names another one was meant for somewhere else. */
export function checkScope(document: AuthoredDocument, scope: Scope): void {
  const fields = commonFields(document);
  const expected = {
    orgIdentifier: scope.level === 'account' ? undefined : scope.org,
    projectIdentifier: scope.level === 'project' ? scope.project : undefined,
  };
  for (const field of ['orgIdentifier', 'projectIdentifier'] as const) {
    const written = fields[field];
    if (written === undefined || written === expected[field]) continue;
    const wanted = expected[field] === undefined ? 'this scope has none' : `the URL says ${expected[field]}`;
    const message = `The document says ${field}: ${written}, but ${wanted}.`;
    fail('request.scope_mismatch', message, {
      errors: [at(document, [rootKeyOf(document), field], message)],
      hint: `Leave ${field} out, or send the document to the scope it names.`,
    });
  }
}

/** An infrastructure may name its environment; then it must be the one in the URL. */
export function checkEnvironment(document: AuthoredDocument, parent: string): void {
  if (document.kind !== 'infrastructure') return;
  const { environmentRef } = commonFields(document) as CommonFields & { environmentRef?: string };
  const written = environmentRef?.split('.').at(-1);
  if (written === undefined || written === parent) return;
  const message = `The document says environmentRef: ${environmentRef}, but the URL says ${parent}.`;
  fail('request.scope_mismatch', message, {
    errors: [at(document, ['infrastructureDefinition', 'environmentRef'], message)],
  });
}

export function checkIdentifier(document: AuthoredDocument, identifier: string | undefined): void {
  const written = commonFields(document).identifier;
  if (identifier === undefined || identifier === written) return;
  const message = `The document says identifier: ${written}, but the URL says ${identifier}. An identifier cannot be changed.`;
  fail('request.identifier_mismatch', message, {
    errors: [at(document, [rootKeyOf(document), 'identifier'], message)],
  });
}

/** Values asked for at run time are not there yet; saying so at save is kinder than a failed run. */
export function checkExpressions(document: AuthoredDocument): void {
  const inputs: ErrorDetail[] = [];
  const broken: ErrorDetail[] = [];
  for (const { path, text } of textsWithExpressions(document.tree, [])) {
    if (parseRuntimeInput(text).kind !== 'none') {
      inputs.push(
        at(
          document,
          path,
          'Runtime inputs (<+input>) are not supported yet; write a value or an expression.',
        ),
      );
      continue;
    }
    const parsed = parseTemplate(text);
    if (!parsed.ok) broken.push(at(document, path, `${parsed.error.expression}: ${parsed.error.message}`));
  }
  if (broken.length > 0) fail('expression.invalid', broken[0]?.message ?? '', { errors: broken });
  if (inputs.length > 0) fail('document.unsupported_field', inputs[0]?.message ?? '', { errors: inputs });
}

interface PlacedText {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/** Expressions are not read in manifests, whose text is Kubernetes' own. */
function* textsWithExpressions(value: unknown, path: readonly PropertyKey[]): Generator<PlacedText> {
  if (typeof value === 'string') {
    const inManifest = path.includes('manifests') && path.at(-1) === 'content';
    if (hasExpressions(value) && !inManifest) yield { path, text: value };
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      yield* textsWithExpressions(child, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
}
