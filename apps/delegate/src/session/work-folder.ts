import { mkdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Where the folders of tasks are made. In a state folder it is emptied: a killed process left scripts with secrets there. */
export function cleanWorkRoot(stateFolder: string | undefined): string {
  if (stateFolder === undefined) return tmpdir();
  const root = path.join(stateFolder, 'work');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true, mode: 0o700 });
  return root;
}

/** Made when first asked for. */
export function createWorkFolder(root: string): { folder(): Promise<string>; remove(): Promise<void> } {
  let made: Promise<string> | undefined;
  return {
    folder: () => {
      made ??= mkdtemp(path.join(root, 'slipway-task-'));
      return made;
    },
    remove: async () => {
      if (made !== undefined) await rm(await made, { recursive: true, force: true });
    },
  };
}
