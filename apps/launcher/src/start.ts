import { rmSync } from 'node:fs';
import path from 'node:path';
import { identifyProcess } from '@slipway/postgres';
import { buildClient, buildConsole } from './build.ts';
import type { Exit } from './child.ts';
import { type LauncherConfig, repository } from './config.ts';
import {
  type DataFolder,
  delegateToken,
  lockDataFolder,
  masterKey,
  openDataFolder,
  type Running,
  writeRunning,
} from './data-folder.ts';
import { type Database, keepDatabase } from './database.ts';
import { LaunchFailure, ProgramRefused } from './launch-failure.ts';
import { endLeftovers } from './leftovers.ts';
import { type ProgramName, programs, type Secrets } from './programs.ts';
import { checkPort, waitForServer } from './reach.ts';
import type { Report } from './report.ts';
import { followSandbox } from './sandbox-progress.ts';
import { makeSignInLink } from './sign-in.ts';
import { type Supervised, supervise } from './supervise.ts';

export interface Installation {
  /** Settles when the console answers and a way in is printed. Throws `LaunchFailure`, `ProgramRefused`. */
  start(): Promise<void>;
  /** Settles when it cannot go on by itself. */
  readonly lost: Promise<Error>;
  /** Ends everything that was started, also in the middle of a start. */
  stop(graceMs: number): Promise<void>;
}

interface Surroundings {
  readonly config: LauncherConfig;
  readonly report: Report;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** All of Slipway on this machine. */
export function createInstallation(surroundings: Surroundings): Installation {
  const { config, report, environment } = surroundings;
  const self = identifyProcess(process.pid) ?? { pid: process.pid, startedAt: '' };
  const stopping = new AbortController();
  const lost = Promise.withResolvers<Error>();
  const supervised: Supervised[] = [];
  let database: Database | undefined;
  let unlock: (() => void) | undefined;
  let folder: DataFolder | undefined;
  let starting: Promise<void> | undefined;
  let answering = false;

  const begin = async (): Promise<void> => {
    folder = openDataFolder(config.dataDir);
    unlock = lockDataFolder(folder);
    await endLeftovers(folder, report);
    await checkPort(config);
    const key = masterKey(folder, config.masterKey);
    if (key.made) warnOfKey(report, folder);
    const [databaseUrl] = await allOrFailure([openDatabase(folder), build()]);
    stopping.signal.throwIfAborted();
    const secrets = { databaseUrl, masterKey: key.key, delegateToken: delegateToken(folder) };
    if (key.made) void lost.promise.then((error) => forgetUnusedKey(error, folder));
    await report.step('server', async () => {
      run('api', secrets);
      await Promise.race([waitForServer(config, stopping.signal), failure()]);
      return { result: undefined, detail: config.baseUrl };
    });
    answering = true;
    run('worker', secrets);
    run('delegate', secrets);
    const link = await Promise.race([makeSignInLink(config, folder, secrets, environment), failure()]);
    welcome(surroundings, folder, link);
    // Last, because it takes the whole machine for a while.
    if (config.sandbox) startCluster(folder, secrets);
  };

  const failure = async (): Promise<never> => {
    throw await lost.promise;
  };

  const openDatabase = async (data: DataFolder): Promise<string> => {
    if (config.databaseUrl !== undefined) return config.databaseUrl;
    database = await report.step('database', async () => {
      const result = await keepDatabase(data.postgres, report, lost.resolve);
      return { result, detail: `PostgreSQL in ${shortPath(data.postgres)}` };
    });
    return database.url;
  };

  const build = async (): Promise<void> => {
    const { signal } = stopping;
    await report.step('build', async () => {
      const client = await buildClient(signal);
      const console = config.webDir === undefined ? await buildConsole(signal) : `in ${config.webDir}`;
      return { result: undefined, detail: `database client ${client}, console ${console}` };
    });
  };

  const run = (name: ProgramName, secrets: Secrets): void => {
    if (folder === undefined || stopping.signal.aborted) return;
    const data = folder;
    const essential = name === 'api' || name === 'worker';
    supervised.push(
      supervise(programs(config, data, secrets, environment)[name], {
        started: () =>
          writeRunning(data, {
            launcher: self,
            children: identities(supervised),
            address: config.baseUrl,
            databaseUrl: secrets.databaseUrl,
          }),
        restarting: (exit, afterMs, quickDeaths) => {
          if (essential && !answering) return lost.resolve(diedAtStart(name, exit, data));
          if (quickDeaths < FEW_DEATHS)
            report.warn(`the ${name} ended (${how(exit)}); starting it again in ${afterMs} ms`);
          if (quickDeaths === FEW_DEATHS)
            report.warn(`the ${name} ends again and again: see ${stderrOf(name, data)}`);
        },
        gaveUp: (exit) => {
          if (essential) lost.resolve(new ProgramRefused(name, exit.said));
          else if (name === 'delegate')
            report.warn(`the local delegate stays away: ${exit.said || how(exit)}`);
        },
        // The sandbox says in its status why it cannot start; trying again would only repeat it.
        ...(name === 'sandbox' ? { isFinal: (exit: Exit) => exit.code === 1 } : {}),
      }),
    );
  };

  const startCluster = (data: DataFolder, secrets: Secrets): void => {
    const startedAt = new Date().toISOString();
    run('sandbox', secrets);
    followSandbox(data.sandbox, report, { startedAt, signal: stopping.signal }).catch((error: unknown) =>
      report.warn(`the sandbox's progress cannot be shown: ${String(error)}`),
    );
  };

  return {
    lost: lost.promise,
    start: () => {
      starting = begin();
      return starting;
    },
    stop: async (graceMs) => {
      stopping.abort(new Error('stopped'));
      lost.resolve(new Error('stopped'));
      await Promise.all(supervised.map((each) => each.stop(graceMs)));
      await starting?.catch(() => {});
      await database?.stop();
      if (folder !== undefined && unlock !== undefined) rmSync(folder.runningFile, { force: true });
      unlock?.();
    },
  };
}

/** After these nobody learns anything from one more line. */
const FEW_DEATHS = 2;

function stderrOf(name: string, folder: DataFolder): string {
  return path.join(folder.logs, `${name}.stderr.log`);
}

/** Waits for all of them even when one fails, so that nothing is still being started when its end begins. */
async function allOrFailure<A, B>(work: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function identities(supervised: readonly Supervised[]): Running['children'] {
  return supervised.flatMap((each) => {
    const identity = each.current()?.identity;
    return identity === undefined ? [] : [{ name: each.name, ...identity }];
  });
}

/** From the checkout where it lies inside, whole where it does not. */
function shortPath(file: string): string {
  const relative = path.relative(repository, file);
  return relative.startsWith('..') ? file : relative;
}

function how({ code, signal }: Exit): string {
  return signal ?? `code ${code}`;
}

function diedAtStart(name: string, exit: Exit, folder: DataFolder): LaunchFailure {
  return new LaunchFailure({
    what: `the ${name} ended while it was starting (${how(exit)})`,
    why: exit.said.split('\n').slice(-15).join('\n') || 'It said nothing.',
    remedy: `Read ${stderrOf(name, folder)}; if you changed the source, correct what the lines above name.`,
  });
}

function warnOfKey(report: Report, folder: DataFolder): void {
  report.warn(`made a master key in ${folder.masterKeyFile}. Secrets are sealed with it: back it up,`);
  report.warn('or set SLIPWAY_MASTER_KEY from a safe place. Without it they cannot be read again.');
}

/** A key made for a database that turned out to have another one would stand in the way of the right file. */
function forgetUnusedKey(error: Error, folder: DataFolder | undefined): void {
  if (error instanceof ProgramRefused && folder !== undefined) rmSync(folder.masterKeyFile, { force: true });
}

function welcome({ config, report }: Surroundings, folder: DataFolder, link: string): void {
  report.text('');
  report.text(`  Slipway answers at ${config.baseUrl}`);
  report.text(`  Sign in, once, by  ${link}`);
  report.text('');
  report.text(`  Data ${folder.root}, logs ${folder.logs}`);
  report.text('  Another sign-in link: pnpm sign-in-link. Ctrl-C stops everything.');
  report.text('');
}
