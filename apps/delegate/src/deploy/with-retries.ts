import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError, isClusterError } from '../cluster/cluster-error.ts';

const LAST_ATTEMPT = 6;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
/** A server that went away in the middle is given longer than one that only answers badly: it may be restarting. */
const UNREACHABLE_FOR_MS = 60_000;

/** Repeats a request that is safe to repeat while its failure is one that passes: overload, a restart, a lost race. */
export async function withRetries<T>(signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + UNREACHABLE_FOR_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      signal.throwIfAborted();
      const isLast = isUnreachable(error) ? Date.now() >= giveUpAt : attempt >= LAST_ATTEMPT;
      if (isLast || !passes(error)) throw error;
      const asked = error instanceof ClusterError ? error.retryAfterMs : undefined;
      const wait = asked ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
      await delay(Math.min(wait, LONGEST_WAIT_MS), undefined, { signal });
    }
  }
}

const isUnreachable = (error: unknown): boolean => isClusterError(error, 0);

function passes(error: unknown): boolean {
  // Anything but a refusal or a server out of reach is no answer to wait for: a lost lease, above all.
  if (!isClusterError(error)) return false;
  if (error.status === 409) return error.reason === 'Conflict' && (error.details.causes ?? []).length === 0;
  // The one mistake in a manifest that is answered with a 500.
  if (isUnknownField(error)) return false;
  // A webhook whose backend is just starting is a 500 as well.
  return [0, 429, 500, 502, 503, 504].includes(error.status);
}

/** Whether a server-side apply was refused for a field that the kind's schema does not have. */
export function isUnknownField(error: ClusterError): boolean {
  return /field not declared in schema|failed to create typed patch object/.test(error.message);
}
