import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SandboxViewSchema } from '@slipway/contracts';
import type { SandboxView } from '@slipway/contracts';

/** The file is replaced as a whole, often within a second; looking at its time is enough, and works before it exists. */
const LOOK_EVERY_MS = 500;

const off: SandboxView = { phase: 'off', message: 'This installation runs no sandbox cluster.', steps: [] };

/** What the sandbox's supervisor wrote, without the parts that are not for browsers, such as paths. */
export async function readSandbox(file: string | undefined): Promise<SandboxView> {
  if (file === undefined) return off;
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { ...off, message: 'The sandbox cluster has not been started yet.' };
  const parsed = SandboxViewSchema.safeParse(parseJson(text));
  return parsed.success
    ? parsed.data
    : { ...off, phase: 'failed', message: 'The status of the sandbox cluster cannot be read.' };
}

/** Calls `onChange` when the status is written; returns how to stop. */
export function watchSandbox(file: string | undefined, onChange: () => void): () => void {
  if (file === undefined) return () => {};
  const listener = (
    now: { mtimeMs: number; ino: number },
    before: { mtimeMs: number; ino: number },
  ): void => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) onChange();
  };
  watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, listener);
  return () => unwatchFile(file, listener);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
