import { homedir } from 'node:os';
import { join } from 'node:path';
import { versionSet } from '../versions.ts';

/** The folder where programs of this version set are kept, outside of every checkout and data directory. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const root =
    env['SLIPWAY_TOOLS_CACHE'] || env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return join(root, 'slipway', 'tools', versionSet);
}
