import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSandbox, type Sandbox } from '../src/index.ts';

/** A sandbox of one test file. */
export interface OwnSandbox {
  sandbox: Sandbox;
  dataDir: string;
  kubectl(...args: string[]): Promise<string>;
  end(): Promise<void>;
}

export async function startOwnSandbox(durable = false): Promise<OwnSandbox> {
  const dataDir = mkdtempSync(join(tmpdir(), 'slipway-own-sandbox-'));
  const own: OwnSandbox = {
    sandbox: await startSandbox({ dataDir, durable }),
    dataDir: realpathSync(dataDir),
    kubectl: async (...args) => {
      const { kubectlPath, kubeconfigPath } = own.sandbox;
      const { stdout } = await promisify(execFile)(kubectlPath, [`--kubeconfig=${kubeconfigPath}`, ...args]);
      return stdout;
    },
    end: async () => {
      // The one that runs now: a test may have started another on the same data.
      await own.sandbox.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return own;
}
