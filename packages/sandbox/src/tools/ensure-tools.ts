import { SandboxError } from '../errors.ts';
import { findPrograms, foldersOf } from './find-programs.ts';
import { toolNames, type ToolPaths } from './programs.ts';

export interface EnsureToolsOptions {
  env?: Readonly<Record<string, string | undefined>>;
  report?: (detail: string) => void;
  signal?: AbortSignal | undefined;
}

/** Finds every program of the sandbox, or makes it. */
export async function ensureTools(options: EnsureToolsOptions = {}): Promise<ToolPaths> {
  const env = options.env ?? process.env;
  const found = await findPrograms([...foldersOf(env['SLIPWAY_TOOLS_DIR']), ...foldersOf(env['PATH'])]);
  const paths = found.paths;
  for (const name of toolNames) {
    if (paths[name] === undefined) throw new SandboxError(`missing ${name}`);
  }
  // Every name was just seen to be there.
  return paths as ToolPaths;
}
