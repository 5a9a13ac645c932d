import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { toolNames, toolVersions, type ToolName } from './programs.ts';

const run = promisify(execFile);

/** Why a program that was there is not used. */
export interface Rejection {
  path: string;
  why: string;
}

export interface FoundPrograms {
  paths: Partial<Record<ToolName, string>>;
  rejections: Rejection[];
}

/** The programs of the right version in a list of folders; of each name the first that fits. */
export async function findPrograms(folders: readonly string[]): Promise<FoundPrograms> {
  const found: FoundPrograms = { paths: {}, rejections: [] };
  await Promise.all(
    toolNames.map(async (name) => {
      const seen = new Set<string>();
      for (const folder of folders) {
        const path = join(folder, name);
        // On many machines /bin is /usr/bin.
        if (!isExecutable(path) || seen.has(realpathSync(path))) continue;
        seen.add(realpathSync(path));
        const version = await versionOf(name, path);
        if (version?.startsWith(toolVersions[name].accepted)) {
          found.paths[name] = path;
          return;
        }
        found.rejections.push({ path, why: rejection(name, version) });
      }
    }),
  );
  return found;
}

/** The folders of a PATH variable. */
export function foldersOf(path: string | undefined): string[] {
  return (path ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** The version a program says it has; undefined when it says none. */
export async function versionOf(name: ToolName, path: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, toolVersions[name].args, { timeout: 20_000 });
    return toolVersions[name].pattern.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function rejection(name: ToolName, version: string | undefined): string {
  const wanted = `${toolVersions[name].accepted}x is needed`;
  return version === undefined ? `it does not say its version; ${wanted}` : `it is ${version}; ${wanted}`;
}
