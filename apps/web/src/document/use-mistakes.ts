import type { EntityKind } from '@slipway/contracts';
import { useEffect, useMemo, useState } from 'react';
import type { Mistake, checkDocument } from './check-document.ts';

type Check = typeof checkDocument;

let loaded: Check | null = null;

/** Schemas weigh more than a form: they are fetched beside it, and until then the API alone finds mistakes. */
function useCheck(): Check | null {
  const [check, setCheck] = useState<Check | null>(() => loaded);
  useEffect(() => {
    if (check !== null) return;
    void import('./check-document.ts').then((module) => {
      loaded = module.checkDocument;
      setCheck(() => module.checkDocument);
    });
  }, [check]);
  return check;
}

/** What is wrong with the text of a document. */
export function useMistakes(kind: EntityKind, text: string): readonly Mistake[] {
  const check = useCheck();
  return useMemo(() => check?.(kind, text) ?? [], [check, kind, text]);
}
