import { freeIdentifier, identifierFromName } from '@slipway/contracts';
import { treeOf, valueAt, writeAt } from '../../document/document.ts';
import type { Path } from '../../document/document.ts';
import { sampleManifests } from '../../document/sample.ts';
import {
  connectorDocument,
  environmentDocument,
  infrastructureDocument,
  pipelineDocument,
  serviceDocument,
} from '../../document/templates.ts';
import type { Named } from '../../document/templates.ts';
import type { ProjectRef } from '../../paths.ts';

export const wizardSteps = ['service', 'environment', 'cluster', 'namespace', 'strategy', 'review'] as const;
export type WizardStep = (typeof wizardSteps)[number];

export const draftKinds = ['service', 'environment', 'connector', 'infrastructure', 'pipeline'] as const;
export type DraftKind = (typeof draftKinds)[number];
/** What may be one that exists instead of a new one. */
export type ChoosableKind = 'service' | 'environment' | 'connector';

interface Saved {
  readonly identifier: string;
  readonly version: number;
  readonly text: string;
}

export interface Draft {
  readonly format: 1;
  readonly savedAt: string;
  readonly documents: Readonly<Record<DraftKind, string>>;
  /** Each document as it was offered: what differs is marked. */
  readonly offered: Readonly<Record<DraftKind, string>>;
  readonly saved: Readonly<Partial<Record<DraftKind, Saved>>>;
  readonly chosen: Readonly<Partial<Record<ChoosableKind, string>>>;
  readonly strategyAgreed: boolean;
}

/** Identifiers that are taken in the project, by kind, and what to offer as the delegate. */
export interface Known {
  readonly taken: Readonly<Record<Exclude<DraftKind, 'infrastructure'>, readonly string[]>>;
  readonly delegate: string | null;
}

const roots: Readonly<Record<DraftKind, string>> = {
  service: 'service',
  environment: 'environment',
  connector: 'connector',
  infrastructure: 'infrastructureDefinition',
  pipeline: 'pipeline',
};

const firstStage: Path = ['pipeline', 'stages', 0, 'stage', 'spec'];

function named(base: string, taken: readonly string[]): Named {
  const plain = identifierFromName(base);
  const identifier = freeIdentifier(plain, (candidate) => taken.includes(candidate));
  return { identifier, name: identifier === plain ? base : `${base} ${identifier.slice(plain.length + 1)}` };
}

/** The draft that deploys the sample when nothing in it is changed. */
export function newDraft(project: ProjectRef, known: Known, savedAt: string): Draft {
  const service = named('hello', known.taken.service);
  const environment = named('staging', known.taken.environment);
  const connector = named('My cluster', known.taken.connector);
  const infrastructure = named('staging cluster', []);
  const pipeline = named(`Deploy ${service.name}`, known.taken.pipeline);
  const documents = {
    service: serviceDocument(project, service, sampleManifests),
    environment: environmentDocument(project, environment),
    connector: connectorDocument(project, connector, known.delegate === null ? [] : [known.delegate]),
    infrastructure: infrastructureDocument(
      project,
      infrastructure,
      environment.identifier,
      connector.identifier,
      'default',
    ),
    pipeline: pipelineDocument(project, pipeline, {
      service: service.identifier,
      environment: environment.identifier,
      infrastructure: infrastructure.identifier,
    }),
  };
  return { format: 1, savedAt, documents, offered: documents, saved: {}, chosen: {}, strategyAgreed: false };
}

export const identifierIn = (kind: DraftKind, text: string): string => {
  const value = valueAt(treeOf(text), [roots[kind], 'identifier']);
  return typeof value === 'string' ? value : '';
};

export const nameIn = (kind: DraftKind, text: string): string => {
  const value = valueAt(treeOf(text), [roots[kind], 'name']);
  return typeof value === 'string' ? value : '';
};

/** How the other documents refer to what this draft uses: the one chosen, or the new one. */
export function referenceIn(draft: Draft, kind: ChoosableKind): string {
  return draft.chosen[kind] ?? identifierIn(kind, draft.documents[kind]);
}

const put = (text: string, path: Path, value: string): string =>
  valueAt(treeOf(text), path) === value ? text : writeAt(text, path, value);

/** Brings references into line: infrastructure and pipeline name what the steps before them made or chose. */
export function linked(draft: Draft): Draft {
  const environment = referenceIn(draft, 'environment');
  const withEnvironment = put(
    draft.documents.infrastructure,
    ['infrastructureDefinition', 'environmentRef'],
    environment,
  );
  const infrastructure = put(
    withEnvironment,
    ['infrastructureDefinition', 'spec', 'connectorRef'],
    referenceIn(draft, 'connector'),
  );
  const targets: [Path, string][] = [
    [[...firstStage, 'service', 'serviceRef'], referenceIn(draft, 'service')],
    [[...firstStage, 'environment', 'environmentRef'], environment],
    [
      [...firstStage, 'environment', 'infrastructureDefinitions', 0, 'identifier'],
      identifierIn('infrastructure', infrastructure),
    ],
  ];
  const pipeline = targets.reduce((text, [path, value]) => put(text, path, value), draft.documents.pipeline);
  return { ...draft, documents: { ...draft.documents, infrastructure, pipeline } };
}

export const withDocument = (draft: Draft, kind: DraftKind, text: string): Draft =>
  linked({ ...draft, documents: { ...draft.documents, [kind]: text } });

export function withChosen(draft: Draft, kind: ChoosableKind, reference: string | null): Draft {
  const { [kind]: _, ...others } = draft.chosen;
  return linked({ ...draft, chosen: reference === null ? others : { ...others, [kind]: reference } });
}

export const withSaved = (draft: Draft, kind: DraftKind, identifier: string, version: number): Draft => ({
  ...draft,
  saved: { ...draft.saved, [kind]: { identifier, version, text: draft.documents[kind] } },
});

const kindOfStep: Readonly<
  Record<Exclude<WizardStep, 'strategy' | 'review'>, Exclude<DraftKind, 'pipeline'>>
> = {
  service: 'service',
  environment: 'environment',
  cluster: 'connector',
  namespace: 'infrastructure',
};

/** Whether a step has nothing left to do: its document is saved as it stands, or an existing one was chosen. */
export function isDone(draft: Draft, step: WizardStep): boolean {
  if (step === 'review') return false;
  if (step === 'strategy') return draft.strategyAgreed;
  const kind = kindOfStep[step];
  if (kind !== 'infrastructure' && draft.chosen[kind] !== undefined) return true;
  return draft.saved[kind]?.text === draft.documents[kind];
}

/** The step a person may go to at most: the first that is not done. */
export function firstOpenStep(draft: Draft): WizardStep {
  return wizardSteps.find((step) => !isDone(draft, step)) ?? 'review';
}

/** Forgets what the draft believes to be saved and is not there any more, and whoever was chosen and is gone. */
export function reconciled(draft: Draft, known: Known): Draft {
  const saved = { ...draft.saved };
  for (const kind of ['service', 'environment', 'connector', 'pipeline'] as const) {
    const entry = saved[kind];
    if (entry !== undefined && !known.taken[kind].includes(entry.identifier)) delete saved[kind];
  }
  if (saved.environment === undefined && draft.chosen.environment === undefined) delete saved.infrastructure;
  const chosen = { ...draft.chosen };
  for (const kind of ['service', 'environment'] as const) {
    const reference = chosen[kind];
    if (reference !== undefined && !known.taken[kind].includes(reference)) delete chosen[kind];
  }
  return linked({ ...draft, saved, chosen });
}

const storageKey = (project: ProjectRef): string => `slipway.draft.${project.org}/${project.project}`;

export function loadDraft(storage: Storage, project: ProjectRef): Draft | null {
  try {
    const parsed: unknown = JSON.parse(storage.getItem(storageKey(project)) ?? 'null');
    // Only this module writes under the key; another format is refused.
    return valueAt(parsed, ['format']) === 1 ? (parsed as Draft) : null;
  } catch {
    return null;
  }
}

export const storeDraft = (storage: Storage, project: ProjectRef, draft: Draft): void =>
  storage.setItem(storageKey(project), JSON.stringify(draft));

export const forgetDraft = (storage: Storage, project: ProjectRef): void =>
  storage.removeItem(storageKey(project));
