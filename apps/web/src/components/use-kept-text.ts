import { useEffect, useState } from 'react';

export interface KeptText {
  readonly text: string;
  setText(text: string): void;
  /** Drops the own text: what is saved is shown again. */
  reset(): void;
}

/** Text that survives a reload until it is saved: kept per document in the browser's session. */
export function useKeptText(name: string, saved: string): KeptText {
  // A secret's value must not lie in the browser.
  const keeps = !name.startsWith('secret/');
  const key = `slipway.edit.${name}`;
  const [own, setOwn] = useState<string | null>(() => (keeps ? sessionStorage.getItem(key) : null));
  useEffect(() => {
    if (!keeps) return;
    if (own === null || own === saved) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, own);
  }, [keeps, key, own, saved]);
  return {
    text: own ?? saved,
    setText: setOwn,
    reset: () => setOwn(null),
  };
}
