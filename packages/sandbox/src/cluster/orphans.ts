import { readJson, writeFileAtomically } from '../files.ts';
import { endProcess } from '../processes/end-process.ts';
import { processesWithEnvironment, type ProcessIdentity } from '../processes/process-identity.ts';
import type { SupervisedProcess } from '../processes/supervised-process.ts';
import { dataDirVariable, type Layout } from './layout.ts';

/** Remembers which processes belong to the sandbox, for the case that the supervisor is killed. */
export function recordProcesses(layout: Layout, processes: readonly SupervisedProcess[]): void {
  const identities = processes.flatMap((supervised) => supervised.identity() ?? []);
  try {
    writeFileAtomically(layout.processes, `${JSON.stringify(identities)}\n`);
  } catch {
    // A full disk must not end a sandbox that runs; on Linux the processes are found without this list.
  }
}

/** Ends what a killed supervisor left running, writers before what they write to. Gives how many there were. */
export async function endOrphans(layout: Layout): Promise<number> {
  const orphans = new Map<number, ProcessIdentity>();
  for (const identity of readIdentities(layout.processes)) orphans.set(identity.pid, identity);
  for (const identity of processesWithEnvironment(dataDirVariable, layout.dataDir)) {
    if (identity.pid !== process.pid) orphans.set(identity.pid, identity);
  }
  const all = [...orphans.values()];
  await Promise.all(
    all.filter((identity) => identity.program !== 'etcd').map((identity) => endProcess(identity)),
  );
  await Promise.all(all.map((identity) => endProcess(identity)));
  return all.length;
}

function readIdentities(path: string): ProcessIdentity[] {
  const value = readJson(path);
  if (!Array.isArray(value)) return [];
  return value.filter((entry: unknown): entry is ProcessIdentity => {
    if (typeof entry !== 'object' || entry === null) return false;
    return 'pid' in entry && typeof entry.pid === 'number' && 'startedAt' in entry && 'program' in entry;
  });
}
