import { waitFor, WaitTimeout } from '../wait.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

/** Ends a process and its group: SIGTERM, after `graceMs` SIGKILL. Does nothing when that very process is gone. */
export async function endProcess(identity: ProcessIdentity, graceMs = 10_000): Promise<void> {
  if (!isAlive(identity)) return;
  signalGroup(identity, 'SIGTERM');
  try {
    await waitFor(`the end of ${identity.program}`, () => !isAlive(identity), {
      timeoutMs: graceMs,
      everyMs: 20,
    });
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
    signalGroup(identity, 'SIGKILL');
    await waitFor(`the end of ${identity.program} after SIGKILL`, () => !isAlive(identity), {
      timeoutMs: 10_000,
      everyMs: 20,
    });
  }
}

function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  // Looked at again right before the signal: a pid may have found a new owner since.
  if (!isAlive(identity)) return;
  try {
    process.kill(-identity.pid, signal);
  } catch {
    // It leads no group (it was not started by the sandbox's supervisor), or has just ended.
    try {
      process.kill(identity.pid, signal);
    } catch {
      return;
    }
  }
}
