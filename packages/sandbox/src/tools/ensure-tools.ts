import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxError } from '../errors.ts';
import { endProcess } from '../processes/end-process.ts';
import { processesWithEnvironment } from '../processes/process-identity.ts';
import { takeLock } from '../processes/process-lock.ts';
import { waitFor } from '../wait.ts';
import { cacheFolder } from './cache-folder.ts';
import { downloadWay } from './download.ts';
import { findPrograms, foldersOf, isExecutable, versionOf, type Rejection } from './find-programs.ts';
import { buildVariable, goBuildWay } from './go-build.ts';
import { toolNames, toolVersions, type ToolName, type ToolPaths } from './programs.ts';
import type { Way } from './way.ts';

export interface EnsureToolsOptions {
  /** `SLIPWAY_TOOLS_DIR`, `PATH`, `SLIPWAY_TOOLS_CACHE`, `SLIPWAY_TOOLS`, `SLIPWAY_TOOLS_MIRROR`; default `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Told what is being done, at most a few times a second. */
  report?: (detail: string) => void;
  signal?: AbortSignal | undefined;
  /** How missing programs are made; default: built with Go, else downloaded. */
  ways?: readonly Way[];
}

/**
 * Finds every program of the sandbox, in `SLIPWAY_TOOLS_DIR`, on `PATH` or in the cache, and makes in the cache what is
 * missing. Processes that need the same programs wait for one another. Throws `SandboxError` that lists what was tried.
 */
export async function ensureTools(options: EnsureToolsOptions = {}): Promise<ToolPaths> {
  const env = options.env ?? process.env;
  const cache = cacheFolder(env);
  const ways = chosenWays(env['SLIPWAY_TOOLS'], options.ways ?? [goBuildWay(env, cache), downloadWay(env)]);
  const found = await findPrograms([...foldersOf(env['SLIPWAY_TOOLS_DIR']), ...foldersOf(env['PATH'])]);
  const missing = (): ToolName[] =>
    toolNames.filter((name) => !found.paths[name] && !isExecutable(cached(cache, name)));
  if (missing().length > 0) {
    const release = await lockCache(cache, options);
    try {
      await endAbandonedBuilds(cache);
      await make(missing(), { cache, ways, options, rejections: found.rejections });
    } finally {
      release();
    }
  }
  const path = (name: ToolName): string => found.paths[name] ?? cached(cache, name);
  return {
    etcd: path('etcd'),
    'kube-apiserver': path('kube-apiserver'),
    'kube-controller-manager': path('kube-controller-manager'),
    'kube-scheduler': path('kube-scheduler'),
    kubectl: path('kubectl'),
    kwok: path('kwok'),
  };
}

function cached(cache: string, name: ToolName): string {
  return join(cache, 'bin', name);
}

function chosenWays(choice: string | undefined, ways: readonly Way[]): readonly Way[] {
  if (choice === undefined || choice === '') return ways;
  const chosen = ways.filter((way) => way.name === choice);
  if (chosen.length > 0) return chosen;
  throw new SandboxError(`SLIPWAY_TOOLS is "${choice}".`, {
    hint: 'Set it to "build" or "download", or not at all.',
  });
}

async function lockCache(cache: string, options: EnsureToolsOptions): Promise<() => void> {
  makeFolder(join(cache, 'bin'));
  return waitFor(
    'the end of the build by another process',
    () => {
      const lock = takeLock(join(cache, 'lock'));
      if (lock.kind === 'taken') return lock.release;
      options.report?.(`waiting for process ${lock.holder.pid}, which makes the same programs`);
      return undefined;
    },
    { timeoutMs: 3_600_000, everyMs: 300, signal: options.signal },
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new SandboxError(`The folder for the sandbox's programs cannot be made: ${folder}.`, {
      hint: 'Name one that can be written in SLIPWAY_TOOLS_CACHE.',
      cause: error,
    });
  }
}

/** Builds whose parent was killed: they would take the processors and nobody waits for them. */
async function endAbandonedBuilds(cache: string): Promise<void> {
  const abandoned = processesWithEnvironment(buildVariable, cache).filter(({ pid }) => pid !== process.pid);
  await Promise.all(abandoned.map((identity) => endProcess(identity, 2_000)));
  for (const file of readdirSync(join(cache, 'bin'))) {
    if (file.endsWith(partial)) rmSync(join(cache, 'bin', file), { recursive: true, force: true });
  }
}

const partial = '.partial';

interface Making {
  cache: string;
  ways: readonly Way[];
  options: EnsureToolsOptions;
  rejections: readonly Rejection[];
}

async function make(names: readonly ToolName[], making: Making): Promise<void> {
  const failures: string[] = [];
  const usable: Way[] = [];
  for (const way of making.ways) {
    const obstacle = await way.obstacle();
    if (obstacle === undefined) usable.push(way);
    else failures.push(`${way.name}: ${obstacle}`);
  }
  for (const [index, name] of names.entries()) {
    const done = await makeByAnyWay(name, `${index + 1} of ${names.length}`, usable, failures, making);
    if (!done) throw noWay(names.slice(index), failures, making);
  }
}

async function makeByAnyWay(
  name: ToolName,
  position: string,
  ways: readonly Way[],
  failures: string[],
  { cache, options }: Making,
): Promise<boolean> {
  for (const way of ways) {
    const target = `${cached(cache, name)}${partial}`;
    const report = throttle((detail) => options.report?.(`${way.name} ${name} (${position}): ${detail}`));
    try {
      options.report?.(`${way.name} ${name} (${position})`);
      await way.make(name, target, { report, signal: options.signal });
      chmodSync(target, 0o755);
      await checkVersion(name, target);
      // In one step: a name in the cache is a program that works.
      renameSync(target, cached(cache, name));
      return true;
    } catch (error) {
      rmSync(target, { force: true });
      options.signal?.throwIfAborted();
      failures.push(`${way.name} ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return false;
}

async function checkVersion(name: ToolName, path: string): Promise<void> {
  const version = await versionOf(name, path);
  const { exact } = toolVersions[name];
  if (version !== exact)
    throw new Error(`what was made says it is ${version ?? 'no version at all'}, not ${exact}`);
}

function noWay(
  names: readonly ToolName[],
  failures: readonly string[],
  { cache, rejections }: Making,
): SandboxError {
  const tried = [
    ...rejections.map(({ path, why }) => `${path}: ${why}`),
    `${join(cache, 'bin')}: not there`,
    ...failures,
  ];
  return new SandboxError(
    `The sandbox needs ${names.join(', ')}. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}`,
    {
      hint:
        'Install Go 1.26 or later (https://go.dev/dl) so that they can be built, or allow access to dl.k8s.io and github.com ' +
        '(or a mirror of them, SLIPWAY_TOOLS_MIRROR), or put them into a folder and name it in SLIPWAY_TOOLS_DIR.',
    },
  );
}

function throttle(report: (detail: string) => void): (detail: string) => void {
  let lastMs = 0;
  return (detail) => {
    if (Date.now() - lastMs < 1_000) return;
    lastMs = Date.now();
    report(detail);
  };
}
