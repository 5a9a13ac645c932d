import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type LauncherConfig, repository } from './config.ts';
import type { DataFolder } from './data-folder.ts';
import { LaunchFailure } from './launch-failure.ts';
import { type Secrets, serverEnvironment } from './programs.ts';

/** Makes one link by which the administrator signs in, once. */
export async function makeSignInLink(
  config: LauncherConfig,
  folder: DataFolder,
  secrets: Secrets,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['apps/api/src/sign-in-link.ts'], {
      cwd: repository,
      env: serverEnvironment(config, folder, secrets, environment),
    });
    return stdout.trim();
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new LaunchFailure(
      { what: 'no sign-in link could be made', why: said, remedy: 'Try again with: pnpm sign-in-link' },
      { cause: error },
    );
  }
}
