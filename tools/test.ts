import path from 'node:path';
import { setup as startCluster } from '../packages/testing/src/cluster-global.ts';
import { setup as startPostgres } from '../packages/testing/src/postgres-global.ts';
import { generateClient } from './generate.ts';
import { provideBrowser, systemWays } from './test-run/browser.ts';
import { type Run, runPlaywright, runVitest } from './test-run/runners.ts';
import { add, failure, lastLine, nothing, type Tally } from './test-run/tally.ts';

/** Every test: on one real Postgres and one real cluster for the whole run, and in a real browser. */
async function main(signal: AbortSignal): Promise<Tally> {
  const root = path.resolve(import.meta.dirname, '..');
  const ends: (() => Promise<void>)[] = [];
  let tally = nothing;
  /** A part that is missing is a failure with its remedy, and never a silent skip. */
  const provide = async (name: string, work: () => Promise<string>): Promise<boolean> => {
    const startedAt = performance.now();
    try {
      const what = await work();
      console.log(`${name}: ${what} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      return true;
    } catch (error) {
      tally = add(tally, failure(`${name}: ${explain(error)}`));
      return false;
    }
  };
  try {
    await provide('database client', async () => generateClient());
    const browser = await provide('browser', async () => {
      process.env['SLIPWAY_CHROMIUM'] = provideBrowser(process.env, systemWays());
      return process.env['SLIPWAY_CHROMIUM'];
    });
    const postgres = await provide('postgres', async () => {
      ends.push(await startPostgres());
      return 'one server for the run';
    });
    const cluster = await provide('cluster', async () => {
      ends.push(await startCluster());
      return process.env['SLIPWAY_TEST_KUBECONFIG'] ?? '';
    });
    signal.throwIfAborted();
    const run: Run = { root, environment: process.env, signal };
    if (postgres && cluster) tally = add(tally, await runVitest(run));
    if (postgres && cluster && browser && !signal.aborted) tally = add(tally, await runPlaywright(run));
    return tally;
  } catch (error) {
    return add(tally, failure(explain(error)));
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'hint' in error && typeof error.hint === 'string' ? `${error.message} ${error.hint}` : error.message;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
const tally = await main(stop.signal);
if (tally.failures.length > 0)
  console.log(`\nfailed:\n${tally.failures.map((each) => `  ${each}`).join('\n')}`);
console.log(`\n${lastLine(tally)}`);
process.exitCode = tally.failed === 0 ? 0 : 1;
