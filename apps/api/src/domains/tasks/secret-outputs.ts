import type { TaskOutcome } from '@slipway/contracts';
import { open, seal } from '../../platform/sealing.ts';
import type { Keyring, Sealed } from '../../platform/sealing.ts';

/** An outcome as the row keeps it: `sealedOutputs` beside it holds what `outputs` only names. */
export interface StoredOutcome {
  readonly outcome: TaskOutcome;
  readonly sealedOutputs?: Readonly<Record<string, Sealed>>;
}

const bindingOf = (taskId: string, name: string): string => `task-output/${taskId}/${name}`;

/**
 * A secret output is never stored in the clear: its value is sealed, and in its place stands a secret handle, which later tasks may name
 * like any other secret.
 */
export function sealOutputs(keyring: Keyring, taskId: string, outcome: TaskOutcome): StoredOutcome {
  if (outcome.kind !== 'succeeded' || (outcome.secretOutputs ?? []).length === 0) return { outcome };
  const outputs = { ...outcome.outputs };
  const sealedOutputs: Record<string, Sealed> = {};
  for (const name of outcome.secretOutputs ?? []) {
    sealedOutputs[name] = seal(keyring, asText(outputs[name]), bindingOf(taskId, name));
    outputs[name] = { secret: `task/${taskId}:${name}` };
  }
  return { outcome: { ...outcome, outputs }, sealedOutputs };
}

/** Outputs are shell variables, and so text; anything else is kept as JSON. */
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

/** `task/<id>:<name>`, or null for any other secret. */
export function readOutputHandle(handle: string): { taskId: string; name: string } | null {
  const match = /^task\/([0-9a-f-]{36}):(.+)$/.exec(handle);
  return match === null ? null : { taskId: match[1] ?? '', name: match[2] ?? '' };
}

/** The value of a secret output from the row's `outcome` column; null when it holds none of that name. */
export function openOutput(keyring: Keyring, taskId: string, name: string, stored: unknown): string | null {
  const sealed: unknown =
    typeof stored === 'object' && stored !== null ? Reflect.get(stored, 'sealedOutputs') : undefined;
  const value: unknown =
    typeof sealed === 'object' && sealed !== null ? Reflect.get(sealed, name) : undefined;
  // Written by sealOutputs, and by nothing else.
  return value === undefined ? null : open(keyring, value as Sealed, bindingOf(taskId, name));
}
