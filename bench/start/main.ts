import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isTerminal } from '@slipway/contracts';
import { readSandboxStatus } from '@slipway/sandbox';
import { restClient } from '../../e2e/rest-client.ts';
import { shopDocuments } from '../../e2e/shop.ts';
import { type Clone, makeClone, start } from './installation.ts';

const usage = `usage: pnpm bench:start [--cold-store] [--json FILE]

From a fresh clone of the last commit: the README's first command until the console answers, the sandbox is ready and a sample
is deployed; then a second start. --cold-store gives pnpm an empty store, so that every package is fetched.`;

interface Measure {
  readonly name: string;
  readonly seconds: number;
  readonly aim?: number;
}

const MINUTE_MS = 60_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { 'cold-store': { type: 'boolean' }, json: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) return console.log(usage);
  const clone = await makeClone();
  const store =
    values['cold-store'] === true ? mkdtempSync(path.join(tmpdir(), 'slipway-bench-store-')) : undefined;
  try {
    const measures = [
      ...(await firstStart(clone, store === undefined ? {} : { npm_config_store_dir: store })),
      ...(await secondStart(clone)),
    ];
    console.log(`\n${table(measures)}`);
    const report = {
      at: new Date().toISOString(),
      machine: machine(),
      coldStore: store !== undefined,
      measures,
    };
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
    console.log(JSON.stringify(report));
  } finally {
    clone.remove();
    if (store !== undefined) rmSync(store, { recursive: true, force: true });
  }
}

async function firstStart(clone: Clone, environment: Readonly<Record<string, string>>): Promise<Measure[]> {
  const running = start(clone, environment);
  try {
    const consoleMs = await running.until(
      'answer of the console',
      () => consoleAnswers(clone),
      10 * MINUTE_MS,
    );
    const sandbox = async (): Promise<boolean> => sandboxIsReady(clone);
    const sandboxMs = await running.until('sandbox cluster', sandbox, 40 * MINUTE_MS);
    const execution = await deploySample(clone);
    const greenMs = await running.until('green deployment', execution.succeeded, 45 * MINUTE_MS);
    const stopMs = await running.stop();
    return [
      { name: 'first start: console answers', seconds: consoleMs / 1000, aim: 60 },
      { name: 'first start: sandbox cluster ready', seconds: sandboxMs / 1000 },
      { name: 'first start: sample deployed, from the command on', seconds: greenMs / 1000 },
      { name: 'sample deployed, from its execution on', seconds: execution.tookSeconds() },
      { name: 'Ctrl-C until all has ended', seconds: stopMs / 1000 },
    ];
  } finally {
    await running.stop();
  }
}

async function secondStart(clone: Clone): Promise<Measure[]> {
  const running = start(clone, {});
  try {
    const consoleMs = await running.until('answer of the console', () => consoleAnswers(clone), MINUTE_MS);
    const sandbox = async (): Promise<boolean> => sandboxIsReady(clone);
    const sandboxMs = await running.until('sandbox cluster', sandbox, 5 * MINUTE_MS);
    return [
      { name: 'second start: console answers', seconds: consoleMs / 1000, aim: 3 },
      { name: 'second start: sandbox cluster ready', seconds: sandboxMs / 1000 },
    ];
  } finally {
    await running.stop();
  }
}

async function consoleAnswers({ port }: Clone): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2000) });
    return answer.ok && (await answer.text()).includes('<html');
  } catch {
    // Nobody listens yet.
    return false;
  }
}

function sandboxIsReady({ dataDir }: Clone): boolean {
  const { phase, message, hint } = readSandboxStatus(path.join(dataDir, 'sandbox'));
  if (phase === 'failed') throw new Error(`the sandbox failed: ${message} ${hint ?? ''}`);
  return phase === 'ready';
}

/** What automation does after a start: documents, a run, its end. */
async function deploySample(
  clone: Clone,
): Promise<{ succeeded: () => Promise<boolean>; tookSeconds: () => number }> {
  const client = restClient({ baseUrl: `http://127.0.0.1:${clone.port}`, apiKey: clone.apiKey });
  await client.delegateConnected();
  await client.apply(shopDocuments({ name: 'sample', namespace: 'default' }));
  const startedAt = performance.now();
  const executionId = await client.run('sample');
  let tookSeconds = 0;
  const succeeded = async (): Promise<boolean> => {
    const execution = await client.execution(executionId);
    tookSeconds = (performance.now() - startedAt) / 1000;
    if (isTerminal(execution.status) && execution.status !== 'SUCCEEDED')
      throw new Error(`the sample ended ${execution.status}: ${JSON.stringify(execution.failure)}`);
    return execution.status === 'SUCCEEDED';
  };
  return { succeeded, tookSeconds: () => tookSeconds };
}

function table(measures: readonly Measure[]): string {
  const rows = measures.map(({ name, seconds, aim }) => [
    name,
    `${seconds.toFixed(1)} s`,
    aim === undefined ? '' : `${seconds <= aim ? 'within' : 'past'} ${aim} s`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

function machine(): string {
  const [processor] = cpus();
  return `${cpus().length} x ${processor?.model.trim() ?? 'processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}`;
}

await main();
