import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { repository } from './config.ts';
import type { DataFolder } from './data-folder.ts';

const DEADLINE_MS = 15_000;

/** Ends the cluster's programs where the one that keeps them was ended without time to do so. */
export async function stopSandbox(folder: DataFolder): Promise<void> {
  await promisify(execFile)(process.execPath, ['packages/sandbox/src/cli.ts', 'down'], {
    cwd: repository,
    env: { ...process.env, SLIPWAY_DATA_DIR: folder.root },
    timeout: DEADLINE_MS,
  }).catch(() => {
    // What is left even so is ended by the next start.
  });
}
