import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** What can be done on this machine to come by a browser; each answers whether it worked. */
export interface Ways {
  readonly isProgram: (file: string) => boolean;
  readonly playwrightPath: () => string;
  readonly downloadWithPlaywright: () => boolean;
  /** `undefined`: not allowed, or there is no such package manager. */
  readonly installWithApt: (() => boolean) | undefined;
}

/**
 * The path of a Chromium: `SLIPWAY_CHROMIUM`, the system's, Playwright's, or one installed now. Throws with the remedy
 * when there is none.
 */
export function provideBrowser(
  environment: Readonly<Record<string, string | undefined>>,
  ways: Ways,
): string {
  const named = environment['SLIPWAY_CHROMIUM'];
  if (named !== undefined) {
    if (ways.isProgram(named)) return named;
    throw new Error(`SLIPWAY_CHROMIUM names ${named}, which is no program. Correct it or leave it out.`);
  }
  const find = (): string | undefined =>
    [...onPath(environment), ...elsewhere, ways.playwrightPath()].find(ways.isProgram);
  const found = find();
  if (found !== undefined) return found;
  for (const way of [ways.installWithApt, ways.downloadWithPlaywright]) {
    const installed = way?.() === true ? find() : undefined;
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'There is no browser for the browser tests, and none could be installed. Install Chromium (Debian: apt-get install chromium; elsewhere: npx playwright install chromium), or name one with SLIPWAY_CHROMIUM.',
  );
}

function onPath(environment: Readonly<Record<string, string | undefined>>): string[] {
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
}

/** The ways of this machine. What they do is shown while they do it. */
export function systemWays(): Ways {
  const run = (program: string, words: string[]): boolean => {
    console.log(`browser: ${program} ${words.join(' ')}`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return (
      spawnSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'], env: environment }).status === 0
    );
  };
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  const playwright = path.resolve(import.meta.dirname, '../../node_modules/.bin/playwright');
  return {
    isProgram: (file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    },
    playwrightPath: () => chromium.executablePath(),
    downloadWithPlaywright: () => run(playwright, ['install', 'chromium']),
    installWithApt: mayInstall
      ? () =>
          run('apt-get', ['update', '-qq']) &&
          run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'])
      : undefined,
  };
}
