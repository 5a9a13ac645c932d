import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildClient, buildConsole } from './build.ts';
import { type LauncherConfig, repository } from './config.ts';
import { type Crew, createCrew } from './crew.ts';
import { type DataFolder, delegateToken, lockDataFolder, masterKey, openDataFolder } from './data-folder.ts';
import { type Database, keepDatabase } from './database.ts';
import { ProgramRefused } from './launch-failure.ts';
import { endLeftovers } from './leftovers.ts';
import { programs, type Secrets } from './programs.ts';
import { checkPort, waitForServer } from './reach.ts';
import type { Report } from './report.ts';
import { followSandbox } from './sandbox-progress.ts';
import { makeSignInLink } from './sign-in.ts';
import { stopSandbox } from './stop-sandbox.ts';

export interface Installation {
  /** Settles when the console answers and a way in is printed. Throws `LaunchFailure`, `ProgramRefused`. */
  start(): Promise<void>;
  /** Settles when it cannot go on by itself. */
  readonly lost: Promise<Error>;
  /** Ends everything that was started, also in the middle of a start. A second call with less patience hastens it. */
  stop(graceMs: number): Promise<void>;
}

interface Surroundings {
  readonly config: LauncherConfig;
  readonly report: Report;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a start has done so far, for its end. */
interface Progress {
  folder?: DataFolder;
  unlock?: () => void;
  database?: Database;
  crew?: Crew;
}

interface Start extends Surroundings {
  readonly done: Progress;
  readonly stopping: AbortSignal;
  readonly lost: PromiseWithResolvers<Error>;
}

/** All of Slipway on this machine. */
export function createInstallation(surroundings: Surroundings): Installation {
  const stopping = new AbortController();
  const lost = Promise.withResolvers<Error>();
  const done: Progress = {};
  let starting: Promise<void> | undefined;
  return {
    lost: lost.promise,
    start: () => (starting = begin({ ...surroundings, done, stopping: stopping.signal, lost })),
    stop: async (graceMs) => {
      stopping.abort(new Error('stopped'));
      lost.resolve(new Error('stopped'));
      await done.crew?.stop(graceMs);
      await starting?.catch(() => {});
      if (graceMs === 0 && surroundings.config.sandbox && done.folder !== undefined)
        await stopSandbox(done.folder);
      await done.database?.stop();
      if (done.unlock === undefined) return;
      if (done.folder !== undefined) rmSync(done.folder.runningFile, { force: true });
      done.unlock();
    },
  };
}

async function begin(start: Start): Promise<void> {
  const { config, report, environment, done, stopping, lost } = start;
  const folder = (done.folder = openDataFolder(config.dataDir));
  done.unlock = lockDataFolder(folder);
  await endLeftovers(folder, report);
  await checkPort(config);
  const key = masterKey(folder, config.masterKey);
  if (key.made) warnOfKey(report, folder);
  const [databaseUrl] = await allOrFailure([openDatabase(start, folder), build(start)]);
  stopping.throwIfAborted();
  const secrets = { databaseUrl, masterKey: key.key, delegateToken: delegateToken(folder) };
  const specs = programs(config, folder, secrets, environment);
  const crew = createCrew({
    specs,
    folder,
    address: config.baseUrl,
    databaseUrl,
    report,
    onLost: lost.resolve,
  });
  done.crew = crew;
  await runServer(start, crew).catch((error: unknown) => {
    if (key.made) forgetUnusedKey(error, folder);
    throw error;
  });
  crew.started();
  if (config.masterKey === undefined) writeFileSync(folder.answeredFile, '');
  crew.run('worker');
  crew.run('delegate');
  welcome(start, folder, await orLost(start, makeSignInLink(config, folder, secrets, environment)));
  // Last, because it takes the whole machine for a while.
  if (config.sandbox) runSandbox(start, crew, folder);
}

async function openDatabase(
  { config, report, done, lost }: Start,
  folder: DataFolder,
): Promise<Secrets['databaseUrl']> {
  if (config.databaseUrl !== undefined) return config.databaseUrl;
  const database = await report.step('database', async () => {
    const result = await keepDatabase(folder.postgres, report, lost.resolve);
    return { result, detail: `PostgreSQL in ${shortPath(folder.postgres)}` };
  });
  done.database = database;
  return database.url;
}

function build({ config, report, stopping }: Start): Promise<void> {
  return report.step('build', async () => {
    const client = await buildClient(stopping);
    const console = config.webDir === undefined ? await buildConsole(stopping) : `in ${config.webDir}`;
    return { result: undefined, detail: `database client ${client}, console ${console}` };
  });
}

function runServer(start: Start, crew: Crew): Promise<void> {
  return start.report.step('server', async () => {
    crew.run('api');
    await orLost(start, waitForServer(start.config, start.stopping));
    return { result: undefined, detail: start.config.baseUrl };
  });
}

function runSandbox({ report, stopping }: Start, crew: Crew, folder: DataFolder): void {
  const startedAt = new Date().toISOString();
  crew.run('sandbox');
  followSandbox(folder.sandbox, report, { startedAt, signal: stopping }).catch((error: unknown) =>
    report.warn(`the sandbox's progress cannot be shown: ${String(error)}`),
  );
}

/** What the work gives, unless something essential is lost before. */
function orLost<T>({ lost }: Start, work: Promise<T>): Promise<T> {
  const failure = lost.promise.then((error) => {
    throw error;
  });
  return Promise.race([work, failure]);
}

/** Waits for all of them even when one fails, so that nothing is still being started when its end begins. */
async function allOrFailure<A, B>(work: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** From the checkout where it lies inside, whole where it does not. */
function shortPath(file: string): string {
  const relative = path.relative(repository, file);
  return relative.startsWith('..') ? file : relative;
}

function warnOfKey(report: Report, folder: DataFolder): void {
  report.warn(`made a master key in ${folder.masterKeyFile}. Secrets are sealed with it: back it up,`);
  report.warn('or set SLIPWAY_MASTER_KEY from a safe place. Without it they cannot be read again.');
}

/**
 * A key made for a database that turned out to have another one would stand in the way of the right file. Only for a
 * server that has never answered: nothing can have been sealed with it.
 */
function forgetUnusedKey(error: unknown, folder: DataFolder): void {
  if (error instanceof ProgramRefused) rmSync(folder.masterKeyFile, { force: true });
}

function welcome({ config, report }: Start, folder: DataFolder, link: string): void {
  report.text('');
  report.text(`  Slipway answers at ${config.baseUrl}`);
  report.text(`  Sign in, once, by  ${link}`);
  report.text('');
  report.text(`  Data ${folder.root}, logs ${folder.logs}`);
  report.text('  Another sign-in link: pnpm sign-in-link. Ctrl-C stops everything.');
  report.text('');
}
