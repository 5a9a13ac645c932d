import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Names one process for ever: a pid alone is given again to another program.
 * `startedAt` is opaque, only equality means something.
 */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
  program: string;
}

/** The identity of a living process; undefined when there is none with that pid (a zombie counts as none). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  return process.platform === 'linux' ? identifyByProc(pid) : identifyByPs(pid);
}

/** True while exactly this process, and no later one with the same pid, is alive. */
export function isAlive(identity: ProcessIdentity): boolean {
  const current = identifyProcess(identity.pid);
  return current?.startedAt === identity.startedAt && current.program === identity.program;
}

/**
 * Living processes that carry `name=value` in their environment. Finds what was started an instant before
 * its parent was killed and never recorded. Linux only: elsewhere the list is empty.
 */
export function processesWithEnvironment(name: string, value: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const entry = `${name}=${value}`;
  return readdirSync('/proc')
    .filter(
      (folder) =>
        /^\d+$/.test(folder) && readOrNothing(`/proc/${folder}/environ`).split('\0').includes(entry),
    )
    .flatMap((folder) => identifyProcess(Number(folder)) ?? []);
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold spaces; what follows the last one is regular.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined;
  try {
    // A program that was replaced on disk while it runs reads as "/path/etcd (deleted)".
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '');
    return { pid, startedAt: startTicks, program };
  } catch {
    return undefined;
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=,comm=', '-p', String(pid)], {
      encoding: 'utf8',
    }).trim();
    const match = /^(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.+)$/.exec(line);
    if (!match?.[1] || !match[2] || !match[3] || match[1].startsWith('Z')) return undefined;
    return { pid, startedAt: match[2], program: basename(match[3]) };
  } catch {
    return undefined;
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
