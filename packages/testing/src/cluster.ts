import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { attachSandbox, type AttachedSandbox } from '@slipway/sandbox';

/** The cluster of a test run. It is shared: a test changes only what lies in its own namespaces. */
export interface TestCluster extends AttachedSandbox {
  /** Runs kubectl as the administrator and gives its standard output; rejects with its standard error. */
  kubectl(args: readonly string[], options?: { stdin?: string }): Promise<string>;
}

/** A namespace of one test, with its default service account. */
export interface TestNamespace extends AsyncDisposable {
  readonly name: string;
  /** Begins its deletion and does not wait for its end. May be called twice. */
  drop(): Promise<void>;
}

/**
 * The sandbox cluster that `cluster-global.ts` starts for a test run. `SLIPWAY_TEST_KUBECONFIG` names another one; it
 * must be the kubeconfig in the data directory of a running sandbox.
 */
export async function testCluster(): Promise<TestCluster> {
  const kubeconfig = process.env['SLIPWAY_TEST_KUBECONFIG'];
  if (kubeconfig === undefined) {
    throw new Error(
      'SLIPWAY_TEST_KUBECONFIG is not set: give the vitest project the global setup packages/testing/src/cluster-global.ts, which starts a cluster.',
    );
  }
  const sandbox = await attachSandbox(path.dirname(kubeconfig));
  return { ...sandbox, kubectl: (args, options) => kubectl(sandbox, args, options?.stdin) };
}

/** Makes a namespace with a random name. Call `drop` afterwards, or use `await using`. */
export async function testNamespace(
  cluster: TestCluster,
  options: { prefix?: string; labels?: Readonly<Record<string, string>> } = {},
): Promise<TestNamespace> {
  const name = `${options.prefix ?? 'test'}-${randomBytes(5).toString('hex')}`;
  await cluster.api.json('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: options.labels ?? {} },
  });
  // Pods are refused until it exists.
  await cluster.kubectl([
    'wait',
    '--for=create',
    `--namespace=${name}`,
    '--timeout=30s',
    'serviceaccount/default',
  ]);
  const drop = async (): Promise<void> => {
    await cluster.kubectl(['delete', 'namespace', name, '--wait=false', '--ignore-not-found']);
  };
  return { name, drop, [Symbol.asyncDispose]: drop };
}

function kubectl(
  sandbox: AttachedSandbox,
  args: readonly string[],
  stdin: string | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      sandbox.kubectlPath,
      [`--kubeconfig=${sandbox.kubeconfigPath}`, ...args],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error)
          reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}`, { cause: error }));
        else resolve(stdout);
      },
    );
    child.stdin?.end(stdin ?? '');
  });
}
