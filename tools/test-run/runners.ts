import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  add,
  failure,
  type PlaywrightReport,
  type Tally,
  tallyPlaywright,
  tallyVitest,
  type VitestReport,
} from './tally.ts';

export interface Run {
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Keeps what the runner prints to itself. */
  readonly quiet?: boolean;
}

/** All projects of vitest.workspace.ts. */
export function runVitest(run: Run): Promise<Tally> {
  return counted(run, 'vitest', (report) => ({
    words: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    // The reporters' formats are theirs; what is read of them is in the types, and counted wrongly would show.
    tally: (text) => tallyVitest(JSON.parse(text) as VitestReport),
  }));
}

/** The browser tests in e2e/. */
export function runPlaywright(run: Run): Promise<Tally> {
  return counted(run, 'playwright', (report) => ({
    words: ['test', '--reporter=list,json'],
    environment: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    tally: (text) => tallyPlaywright(JSON.parse(text) as PlaywrightReport),
  }));
}

interface Runner {
  readonly words: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly tally: (report: string) => Tally;
}

/** Runs it and counts its report; an end that the report does not explain is one failure more. */
async function counted(run: Run, program: string, runner: (report: string) => Runner): Promise<Tally> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-test-run-'));
  const report = path.join(folder, 'report.json');
  const { words, environment, tally } = runner(report);
  try {
    const code = await execute(run, program, words, environment ?? {});
    const counts = readTally(report, tally);
    if (counts === undefined) return failure(`${program} ended with ${code} and left no report`);
    if (code === 0 || counts.failed > 0) return counts;
    return add(
      counts,
      failure(`${program} ended with ${code} although no test failed: see its output above`),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readTally(report: string, tally: (text: string) => Tally): Tally | undefined {
  try {
    return tally(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}

function execute(
  { root, environment, signal, quiet }: Run,
  program: string,
  words: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<number | null> {
  const bin = path.join(root, 'node_modules/.bin');
  const child = spawn(path.join(bin, program), words, {
    cwd: root,
    env: { ...environment, ...more, PATH: `${bin}${path.delimiter}${environment['PATH']}` },
    stdio: quiet === true ? 'ignore' : ['ignore', 'inherit', 'inherit'],
    signal,
    killSignal: 'SIGTERM',
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
}
