import { useQueries } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { queries } from '../../api/queries.ts';
import { useProject } from '../../hooks/use-project.ts';
import type { ProjectRef } from '../../paths.ts';
import { forgetDraft, loadDraft, newDraft, reconciled, storeDraft } from './draft.ts';
import type { Draft, Known } from './draft.ts';

const whole = { limit: 200 } as const;

/** What the project has, asked once: the draft takes free identifiers and the delegate that is there. */
function useKnown(project: ProjectRef): { known: Known | null; error: unknown } {
  const [services, environments, connectors, pipelines, delegates, sandbox] = useQueries({
    queries: [
      queries.entities(project, 'service', whole),
      queries.entities(project, 'environment', whole),
      queries.entities(project, 'connector', whole),
      queries.entities(project, 'pipeline', whole),
      queries.delegates(project, whole),
      queries.sandbox(),
    ],
  });
  const error =
    services.error ?? environments.error ?? connectors.error ?? pipelines.error ?? delegates.error;
  if (
    !services.data ||
    !environments.data ||
    !connectors.data ||
    !pipelines.data ||
    !delegates.data ||
    sandbox.isPending
  ) {
    return { known: null, error };
  }
  const identifiers = (page: { items: readonly { identifier: string }[] }) =>
    page.items.map((item) => item.identifier);
  const connected = delegates.data.items.filter((delegate) => delegate.connected);
  const building = sandbox.data !== undefined && sandbox.data.phase !== 'off';
  const local = building ? 'local-delegate' : undefined;
  return {
    error: null,
    known: {
      taken: {
        service: identifiers(services.data),
        environment: identifiers(environments.data),
        connector: identifiers(connectors.data),
        pipeline: identifiers(pipelines.data),
      },
      delegate:
        connected.find((delegate) => delegate.name === local)?.name ?? local ?? connected[0]?.name ?? null,
    },
  };
}

export interface DraftHold {
  readonly draft: Draft | null;
  readonly error: unknown;
  change(step: (draft: Draft) => Draft): void;
  forget(): void;
}

/** The project's draft: kept in the browser at every change, checked against the project when the wizard opens. */
export function useDraft(): DraftHold {
  const project = useProject();
  const { known, error } = useKnown(project);
  const [draft, setDraft] = useState<Draft | null>(null);
  const ready = known !== null;
  // Later changes of the project are the wizard's own saves: it is looked at once.
  const begin = useEffectEvent(() => {
    if (known === null) return;
    const kept = loadDraft(localStorage, project);
    setDraft(kept === null ? newDraft(project, known, new Date().toISOString()) : reconciled(kept, known));
  });
  useEffect(() => {
    if (ready) begin();
  }, [ready, project]);
  return {
    draft,
    error,
    change(step) {
      setDraft((current) => {
        if (current === null) return null;
        const next = { ...step(current), savedAt: new Date().toISOString() };
        storeDraft(localStorage, project, next);
        return next;
      });
    },
    forget: () => forgetDraft(localStorage, project),
  };
}
