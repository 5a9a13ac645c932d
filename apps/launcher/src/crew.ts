import path from 'node:path';
import { identifyProcess } from '@slipway/postgres';
import type { ChildSpec, Exit } from './child.ts';
import { type DataFolder, type Running, writeRunning } from './data-folder.ts';
import { LaunchFailure, ProgramRefused } from './launch-failure.ts';
import type { ProgramName } from './programs.ts';
import type { Report } from './report.ts';
import { type Supervised, supervise } from './supervise.ts';

/** The programs that we keep running. */
export interface Crew {
  run(name: ProgramName): void;
  /** From now on a death is an accident to recover from, and no longer a failure of the start. */
  started(): void;
  stop(graceMs: number): Promise<void>;
}

interface CrewOptions {
  readonly specs: Readonly<Record<ProgramName, ChildSpec>>;
  readonly folder: DataFolder;
  readonly address: string;
  readonly databaseUrl: string;
  readonly report: Report;
  /** It cannot go on without a person. */
  readonly onLost: (error: LaunchFailure | ProgramRefused) => void;
}

/** After these nobody learns anything from one more line. */
const FEW_DEATHS = 2;

export function createCrew({ specs, folder, address, databaseUrl, report, onLost }: CrewOptions): Crew {
  const launcher = identifyProcess(process.pid) ?? { pid: process.pid, startedAt: '' };
  const supervised: Supervised[] = [];
  let starting = true;
  let stopped = false;

  const restarting = (name: ProgramName, exit: Exit, afterMs: number, quickDeaths: number): void => {
    if (starting && isEssential(name)) return onLost(diedAtStart(name, exit, folder));
    if (quickDeaths < FEW_DEATHS)
      report.warn(`the ${name} ended (${how(exit)}); starting it again in ${afterMs} ms`);
    if (quickDeaths === FEW_DEATHS)
      report.warn(`the ${name} ends again and again: see ${stderrOf(name, folder)}`);
  };
  const gaveUp = (name: ProgramName, exit: Exit): void => {
    if (isEssential(name)) onLost(new ProgramRefused(name, exit.said));
    else if (name === 'delegate') report.warn(`the local delegate stays away: ${exit.said || how(exit)}`);
  };

  return {
    run: (name) => {
      if (stopped) return;
      const started = (): void =>
        writeRunning(folder, { launcher, address, databaseUrl, children: identitiesOf(supervised) });
      supervised.push(
        supervise(specs[name], {
          started,
          restarting: (exit, afterMs, quickDeaths) => restarting(name, exit, afterMs, quickDeaths),
          gaveUp: (exit) => gaveUp(name, exit),
          // The sandbox says in its status why it cannot start; trying again would only repeat it.
          isFinal: (exit) => name === 'sandbox' && exit.code === 1,
        }),
      );
    },
    started: () => {
      starting = false;
    },
    stop: async (graceMs) => {
      stopped = true;
      await Promise.all(supervised.map((each) => each.stop(graceMs)));
    },
  };
}

/** Without the server and its worker there is no Slipway; the others may be away. */
function isEssential(name: ProgramName): boolean {
  return name === 'api' || name === 'worker';
}

function identitiesOf(supervised: readonly Supervised[]): Running['children'] {
  return supervised.flatMap((each) => {
    const identity = each.current()?.identity;
    return identity === undefined ? [] : [{ name: each.name, ...identity }];
  });
}

function stderrOf(name: string, folder: DataFolder): string {
  return path.join(folder.logs, `${name}.stderr.log`);
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
