import type { ConnectionTestResult } from '@slipway/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { isApiError } from '../../api/api-error.ts';
import { call } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { treeOf, valueAt } from '../../document/document.ts';
import { useProject } from '../../hooks/use-project.ts';
import type { Draft } from './draft.ts';
import { saveDocument } from './save-draft.ts';

type Saved = { identifier: string; version: number };

export interface ConnectorSave {
  readonly state: 'idle' | 'waiting-for-sandbox' | 'testing' | 'saving';
  readonly result: ConnectionTestResult | null;
  readonly error: unknown;
  readonly noDelegate: boolean;
  test(): void;
  testAndSave(): void;
  saveUntested(): void;
  clear(): void;
}

function usesLocalDelegate(text: string): boolean {
  const tags = valueAt(treeOf(text), ['connector', 'spec', 'delegateSelectors']);
  return Array.isArray(tags) && tags.includes('local-delegate');
}

/** Tests the connector on a delegate and saves it if that passes. While the sandbox is being built, it waits for it. */
export function useConnectorSave(draft: Draft, onSaved: (saved: Saved) => void): ConnectorSave {
  const project = useProject();
  const phase = useQuery(queries.sandbox()).data?.phase;
  const [armed, setArmed] = useState(false);
  const text = draft.documents.connector;
  const test = useMutation({
    mutationFn: () => call('connectionTests', 'testDocument', project, { yaml: text }),
  });
  const save = useMutation({
    mutationFn: ({ validate }: { validate: boolean }) => saveDocument(project, draft, 'connector', validate),
    onSuccess: onSaved,
  });
  const building = usesLocalDelegate(text) && (phase === 'tools' || phase === 'starting');
  const run = () =>
    test.mutate(undefined, {
      onSuccess: (result) => result.status === 'SUCCESS' && save.mutate({ validate: true }),
    });
  const runArmed = useEffectEvent(run);
  useEffect(() => {
    if (!armed || building) return;
    setArmed(false);
    runArmed();
  }, [armed, building]);
  const error = save.error ?? test.error;
  return {
    state:
      armed && building
        ? 'waiting-for-sandbox'
        : test.isPending
          ? 'testing'
          : save.isPending
            ? 'saving'
            : 'idle',
    result: test.data ?? null,
    error,
    noDelegate:
      (isApiError(error) && error.code === 'connector.no_delegate') ||
      test.data?.status === 'UNKNOWN' ||
      test.data?.steps.some((step) => step.step === 'delegate' && step.status === 'failed') === true,
    test: () => test.mutate(),
    testAndSave: () => (building ? setArmed(true) : run()),
    saveUntested: () => save.mutate({ validate: false }),
    clear: () => {
      setArmed(false);
      test.reset();
      save.reset();
    },
  };
}
