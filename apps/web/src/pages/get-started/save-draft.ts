import { freeIdentifier } from '@slipway/contracts';
import type { EntityView } from '@slipway/contracts';
import { entities } from '../../api/entities.ts';
import { call } from '../../api/operations.ts';
import type { ProjectRef } from '../../paths.ts';
import { identifierIn, referenceIn } from './draft.ts';
import type { Draft, DraftKind } from './draft.ts';

/** Saves one document of the draft: created the first time, replaced later, left alone when it is as it was saved. */
export async function saveDocument(
  project: ProjectRef,
  draft: Draft,
  kind: DraftKind,
  validate = false,
): Promise<Pick<EntityView, 'identifier' | 'version'>> {
  const text = draft.documents[kind];
  const saved = draft.saved[kind];
  if (saved !== undefined && saved.text === text) return saved;
  const environment = kind === 'infrastructure' ? referenceIn(draft, 'environment') : undefined;
  if (saved !== undefined) {
    return entities.put(project, { kind, identifier: saved.identifier, environment }, text, { validate });
  }
  return entities.create(project, kind, text, { validate, environment });
}

/** The key makes a second click, or a repeat after a lost answer, the same execution. */
export function startExecution(
  project: ProjectRef,
  draft: Draft,
  key: string,
): Promise<{ executionId: string }> {
  return call('executions', 'start', project, {
    params: { identifier: identifierIn('pipeline', draft.documents.pipeline) },
    body: {},
    idempotencyKey: key,
  });
}

/** A free identifier for an infrastructure definition in an environment that exists. */
export async function freeInfrastructure(
  project: ProjectRef,
  environment: string,
  base: string,
): Promise<string> {
  const page = await entities.list(project, 'infrastructure', { limit: 200 }, environment);
  return freeIdentifier(base, (candidate) => page.items.some((item) => item.identifier === candidate));
}
