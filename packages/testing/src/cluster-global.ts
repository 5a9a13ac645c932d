import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox } from '@slipway/sandbox';

/** One Kubernetes cluster for a run of vitest, unless `SLIPWAY_TEST_KUBECONFIG` names one. Returns its end. */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env['SLIPWAY_TEST_KUBECONFIG'] !== undefined) return async () => {};
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-test-cluster-'));
  const sandbox = await startSandbox({
    dataDir: folder,
    durable: false,
    // A first run may build for minutes: silence would look like a hang.
    onProgress: ({ step, detail }) => {
      if (detail !== undefined) process.stderr.write(`sandbox: ${step}: ${detail}\n`);
    },
  });
  process.env['SLIPWAY_TEST_KUBECONFIG'] = sandbox.kubeconfigPath;
  return async () => {
    await sandbox.stop();
    delete process.env['SLIPWAY_TEST_KUBECONFIG'];
    rmSync(folder, { recursive: true, force: true });
  };
}
