import { beforeEach, describe, expect, it } from 'vitest';
import { checkDocument } from '../../document/check-document.ts';
import { treeOf, valueAt, writeAt } from '../../document/document.ts';
import {
  draftKinds,
  firstOpenStep,
  forgetDraft,
  identifierIn,
  loadDraft,
  newDraft,
  reconciled,
  storeDraft,
  withChosen,
  withDocument,
  withSaved,
} from './draft.ts';
import type { Known } from './draft.ts';

const project = { org: 'default', project: 'default' };
const none: Known = {
  taken: { service: [], environment: [], connector: [], pipeline: [] },
  delegate: 'local-delegate',
};
const at = '2026-11-21T12:00:00Z';

describe('a new draft', () => {
  it('holds only valid documents', () => {
    const draft = newDraft(project, none, at);
    expect(draftKinds.flatMap((kind) => checkDocument(kind, draft.documents[kind]))).toEqual([]);
  });

  it('takes identifiers that are free', () => {
    const draft = newDraft(project, { ...none, taken: { ...none.taken, service: ['hello', 'hello_1'] } }, at);
    expect(identifierIn('service', draft.documents.service)).toBe('hello_2');
  });
});

describe('references', () => {
  it('follow an identifier that changes', () => {
    const draft = newDraft(project, none, at);
    const renamed = withDocument(
      draft,
      'connector',
      writeAt(draft.documents.connector, ['connector', 'identifier'], 'eu'),
    );
    expect(
      valueAt(treeOf(renamed.documents.infrastructure), ['infrastructureDefinition', 'spec', 'connectorRef']),
    ).toBe('eu');
  });

  it('follow what is chosen instead of a new one, and come back', () => {
    const draft = newDraft(project, none, at);
    const chosen = withChosen(draft, 'service', 'shop');
    expect(chosen.documents.pipeline).toContain('serviceRef: shop');
    expect(withChosen(chosen, 'service', null).documents.pipeline).toBe(draft.documents.pipeline);
  });

  it('leave comments in the pipeline alone', () => {
    const draft = newDraft(project, none, at);
    const commented = withDocument(draft, 'pipeline', `# mine\n${draft.documents.pipeline}`);
    expect(withChosen(commented, 'environment', 'prod').documents.pipeline).toMatch(/^# mine\n/);
  });
});

describe('the way through the steps', () => {
  const saveAll = (kinds: readonly ('service' | 'environment' | 'connector' | 'infrastructure')[]) =>
    kinds.reduce((draft, kind) => withSaved(draft, kind, kind, 1), newDraft(project, none, at));

  it('stops at the first that is not saved', () => {
    expect(firstOpenStep(newDraft(project, none, at))).toBe('service');
    expect(firstOpenStep(saveAll(['service', 'environment']))).toBe('cluster');
    expect(
      firstOpenStep({
        ...saveAll(['service', 'environment', 'connector', 'infrastructure']),
        strategyAgreed: true,
      }),
    ).toBe('review');
  });

  it('goes back to a step whose document was changed after it was saved', () => {
    const draft = saveAll(['service', 'environment', 'connector']);
    const changed = withDocument(
      draft,
      'environment',
      writeAt(draft.documents.environment, ['environment', 'type'], 'Production'),
    );
    expect(firstOpenStep(changed)).toBe('environment');
  });

  it('forgets what is not in the project any more', () => {
    const draft = saveAll(['service', 'environment', 'connector', 'infrastructure']);
    const left = reconciled(draft, {
      ...none,
      taken: { ...none.taken, service: ['service'], connector: ['connector'] },
    });
    expect(Object.keys(left.saved)).toEqual(['service', 'connector']);
  });
});

describe('keeping', () => {
  beforeEach(() => localStorage.clear());

  it('gives back what was stored, for its project only', () => {
    const draft = newDraft(project, none, at);
    storeDraft(localStorage, project, draft);
    expect(loadDraft(localStorage, project)).toEqual(draft);
    expect(loadDraft(localStorage, { org: 'default', project: 'other' })).toBeNull();
    forgetDraft(localStorage, project);
    expect(loadDraft(localStorage, project)).toBeNull();
  });

  it('takes text it did not write for no draft', () => {
    localStorage.setItem('slipway.draft.default/default', '{oops');
    expect(loadDraft(localStorage, project)).toBeNull();
    localStorage.setItem('slipway.draft.default/default', '{"format":7}');
    expect(loadDraft(localStorage, project)).toBeNull();
  });
});
