import { resolveReference, scopeKey } from '@slipway/contracts';
import type {
  Connector,
  EntityKind,
  Environment,
  Infrastructure,
  Pipeline,
  Scope,
  Secret,
  Service,
  Variable,
} from '@slipway/contracts';
import type { AuthoredDocument } from './document.ts';

/** What a document refers to: an entity, or a file or folder of the file store. */
export interface EntityTarget {
  readonly kind: EntityKind | 'file';
  readonly scope: Scope;
  /** The environment of an infrastructure, else empty. */
  readonly parent: string;
  /** Of a file: its path, with the leading slash. */
  readonly identifier: string;
}

export interface FoundReference {
  readonly path: readonly PropertyKey[];
  readonly written: string;
  /** `null`: it names a scope that cannot be seen from the document's own. */
  readonly target: EntityTarget | null;
}

const hasExpression = (text: string): boolean => text.includes('<+');

/** Every reference of a document that can be followed now; those with an expression are followed when the pipeline runs. */
export function findReferences(
  document: Pick<AuthoredDocument, 'kind' | 'tree'>,
  scope: Scope,
  parent: string,
): FoundReference[] {
  const finder = new ReferenceFinder(scope);
  // The tree passed the schema of its kind.
  switch (document.kind) {
    case 'connector':
      connectorReferences(finder, (document.tree as { connector: Connector }).connector);
      break;
    case 'service':
      serviceReferences(finder, (document.tree as { service: Service }).service);
      break;
    case 'environment':
      finder.variables(
        ['environment', 'variables'],
        (document.tree as { environment: Environment }).environment.variables,
      );
      break;
    case 'infrastructure':
      infrastructureReferences(
        finder,
        (document.tree as { infrastructureDefinition: Infrastructure }).infrastructureDefinition,
        parent,
      );
      break;
    case 'pipeline':
      pipelineReferences(finder, (document.tree as { pipeline: Pipeline }).pipeline);
      break;
    case 'secret':
      void (document.tree as { secret: Secret });
      break;
  }
  finder.secretsInText(document.tree);
  return finder.found;
}

class ReferenceFinder {
  readonly found: FoundReference[] = [];
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  entity(
    kind: EntityKind,
    path: readonly PropertyKey[],
    written: string | undefined,
    parent = '',
  ): EntityTarget | null {
    if (written === undefined || hasExpression(written)) return null;
    const resolved = resolveReference(written, this.#scope);
    const target = resolved && { kind, scope: resolved.scope, parent, identifier: resolved.identifier };
    this.found.push({ path, written, target });
    return target;
  }

  within(
    kind: EntityKind,
    path: readonly PropertyKey[],
    identifier: string,
    scope: Scope,
    parent: string,
  ): void {
    if (!hasExpression(identifier))
      this.found.push({ path, written: identifier, target: { kind, scope, parent, identifier } });
  }

  file(path: readonly PropertyKey[], written: string): void {
    if (hasExpression(written)) return;
    const located = resolveFileReference(written, this.#scope);
    this.found.push({
      path,
      written,
      target: located && { kind: 'file', scope: located.scope, parent: '', identifier: located.path },
    });
  }

  variables(path: readonly PropertyKey[], variables: readonly Variable[] | undefined): void {
    for (const [index, variable] of (variables ?? []).entries()) {
      if (variable.type === 'Secret' && typeof variable.value === 'string')
        this.entity('secret', [...path, index, 'value'], variable.value);
    }
  }

  /** `<+secrets.getValue("x")>` anywhere in the document's text. */
  secretsInText(value: unknown, path: readonly PropertyKey[] = []): void {
    if (typeof value === 'string') {
      for (const match of value.matchAll(/secrets\.getValue\(\s*["']([^"'<>]+)["']\s*\)/g)) {
        if (hasExpression(value) && match[1] !== undefined) this.entity('secret', path, match[1]);
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value))
        this.secretsInText(child, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  }
}

function connectorReferences(finder: ReferenceFinder, connector: Connector): void {
  const { credential } = connector.spec;
  if (credential.type !== 'ManualConfig') return;
  for (const [field, reference] of Object.entries(credential.spec.auth.spec)) {
    if (field.endsWith('Ref'))
      finder.entity('secret', ['connector', 'spec', 'credential', 'spec', 'auth', 'spec', field], reference);
  }
}

function serviceReferences(finder: ReferenceFinder, service: Service): void {
  const { spec } = service.serviceDefinition;
  const at = ['service', 'serviceDefinition', 'spec'];
  finder.variables([...at, 'variables'], spec.variables);
  for (const [index, { manifest }] of (spec.manifests ?? []).entries()) {
    if (manifest.spec.store.type !== 'Harness') continue;
    for (const [position, file] of manifest.spec.store.spec.files.entries()) {
      finder.file([...at, 'manifests', index, 'manifest', 'spec', 'store', 'spec', 'files', position], file);
    }
  }
}

function infrastructureReferences(
  finder: ReferenceFinder,
  infrastructure: Infrastructure,
  parent: string,
): void {
  finder.entity('environment', ['infrastructureDefinition', 'environmentRef'], parent);
  finder.entity(
    'connector',
    ['infrastructureDefinition', 'spec', 'connectorRef'],
    infrastructure.spec.connectorRef,
  );
  for (const [index, service] of (infrastructure.scopedServices ?? []).entries()) {
    finder.entity('service', ['infrastructureDefinition', 'scopedServices', index], service);
  }
}

function pipelineReferences(finder: ReferenceFinder, pipeline: Pipeline): void {
  finder.variables(['pipeline', 'variables'], pipeline.variables);
  for (const [index, { stage }] of pipeline.stages.entries()) {
    const at = ['pipeline', 'stages', index, 'stage'];
    finder.variables([...at, 'variables'], stage.variables);
    const { service, environment, execution } = stage.spec;
    finder.entity('service', [...at, 'spec', 'service', 'serviceRef'], service.serviceRef);
    const target = finder.entity(
      'environment',
      [...at, 'spec', 'environment', 'environmentRef'],
      environment.environmentRef,
    );
    for (const [position, { identifier }] of environment.infrastructureDefinitions.entries()) {
      const path = [...at, 'spec', 'environment', 'infrastructureDefinitions', position, 'identifier'];
      if (target) finder.within('infrastructure', path, identifier, target.scope, target.identifier);
    }
    for (const list of ['steps', 'rollbackSteps'] as const) {
      for (const [position, { step }] of (execution[list] ?? []).entries()) {
        if (step.type !== 'ShellScript') continue;
        const spec = [...at, 'spec', 'execution', list, position, 'step', 'spec'];
        finder.variables([...spec, 'environmentVariables'], step.spec.environmentVariables);
        if (step.spec.source.type === 'Harness')
          finder.file([...spec, 'source', 'spec', 'file'], step.spec.source.spec.file);
      }
    }
  }
}

/** The scope and path that `/x`, `org:/x` or `account:/x` means in a document of scope `from`; `null` when it cannot be seen from there. */
export function resolveFileReference(written: string, from: Scope): { scope: Scope; path: string } | null {
  const match = /^(?:(account|org):)?(\/.*)$/s.exec(written);
  const path = match?.[2];
  if (!match || path === undefined) return null;
  if (match[1] === 'account') return { scope: { level: 'account' }, path };
  if (match[1] === 'org')
    return from.level === 'account' ? null : { scope: { level: 'org', org: from.org }, path };
  return { scope: from, path };
}

export const targetKey = (target: EntityTarget): string =>
  [target.kind, scopeKey(target.scope), target.parent, target.identifier].join(' ');
