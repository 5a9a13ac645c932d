import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OutcomeMessageSchema } from '@slipway/contracts';
import type { DelegateRequest } from '@slipway/contracts';

export type KeptOutcome = DelegateRequest<'task.outcome'>;

/** What a delegate keeps over its own restart: who it is, and outcomes that were not acknowledged (masked). */
export interface StateFolder {
  readonly instanceId: string;
  outcomes(): KeptOutcome[];
  keep(outcome: KeptOutcome): void;
  forget(attempt: { taskId: string; attempt: number }): void;
}

/** Without a folder nothing is kept, and the host name is the instance: a pod's name is its own. */
export function openStateFolder(options: {
  folder?: string;
  instanceId?: string;
  hostname: string;
}): StateFolder {
  const { folder } = options;
  if (folder === undefined) {
    return {
      instanceId: options.instanceId ?? options.hostname,
      outcomes: () => [],
      keep: () => {},
      forget: () => {},
    };
  }
  const outcomeFolder = path.join(folder, 'outcomes');
  mkdirSync(outcomeFolder, { recursive: true, mode: 0o700 });
  const fileOf = ({ taskId, attempt }: { taskId: string; attempt: number }): string =>
    path.join(outcomeFolder, `${taskId.replaceAll(/[^-\w]/g, '_')}.${attempt}.json`);
  return {
    instanceId: options.instanceId ?? keptInstanceId(folder, options.hostname),
    outcomes: () =>
      readdirSync(outcomeFolder)
        .filter((name) => name.endsWith('.json'))
        .flatMap((name) => readOutcome(path.join(outcomeFolder, name))),
    keep: (outcome) => writeWhole(fileOf(outcome), JSON.stringify(outcome)),
    forget: (attempt) => rmSync(fileOf(attempt), { force: true }),
  };
}

function keptInstanceId(folder: string, hostname: string): string {
  const file = path.join(folder, 'instance-id');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept !== '') return kept;
  } catch {
    // The first start in this folder.
  }
  const made = `${hostname.slice(0, 100)}-${randomBytes(4).toString('hex')}`;
  writeWhole(file, made);
  return made;
}

/** A file that cannot be read is of no use to anybody: it is removed. */
function readOutcome(file: string): KeptOutcome[] {
  try {
    return [OutcomeMessageSchema.parse(JSON.parse(readFileSync(file, 'utf8')))];
  } catch {
    rmSync(file, { force: true });
    return [];
  }
}

function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.new`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, file);
}
