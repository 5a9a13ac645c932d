import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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
  const sandbox = await startSandbox({ dataDir, durable });
  return {
    sandbox,
    dataDir: sandbox.dataDir,
    kubectl: async (...args) => {
      const { stdout } = await promisify(execFile)(sandbox.kubectlPath, [
        `--kubeconfig=${sandbox.kubeconfigPath}`,
        ...args,
      ]);
      return stdout;
    },
    end: async () => {
      await sandbox.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
