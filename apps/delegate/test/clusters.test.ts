import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createLine } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KubernetesObject } from '@slipway/deploy-engine';
import { testCluster, testNamespace } from '@slipway/testing';
import type { TestCluster } from '@slipway/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Cluster, WatchEvent } from '../src/cluster/cluster.ts';
import { LeaseEndedError } from '../src/cluster/cluster-error.ts';
import { createClusters } from '../src/cluster/clusters.ts';
import { namespaceCheck } from '../src/tasks/namespace-check.ts';
import { taskBench } from './task-bench.ts';

let sandbox: TestCluster;
let folder: string;
beforeAll(async () => {
  sandbox = await testCluster();
});
afterAll(async () => {
  await sandbox.api.close();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-clusters-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const waiting = { timeout: 15_000, interval: 20 } as const;
const configMap = (namespace: string, name: string, data: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

async function withCluster(
  kubeconfig: string,
  work: (cluster: Cluster) => Promise<void>,
  beforeWrite = () => {},
  environment = {},
): Promise<void> {
  const clusters = createClusters({ local: true, inherited: { kubeconfig, environment } });
  try {
    const { cluster } = await clusters.open({ type: 'inherit' }, { secret: async () => '', beforeWrite });
    await work(cluster);
  } finally {
    await clusters.close();
  }
}

const kubeconfig = async (user: object): Promise<string> => {
  const file = path.join(folder, 'kubeconfig.json');
  const cluster = {
    server: sandbox.apiServerUrl,
    'certificate-authority-data': Buffer.from(sandbox.caPem).toString('base64'),
  };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
  };
  await writeFile(file, JSON.stringify(content));
  return file;
};
const newToken = (): Promise<string> =>
  sandbox.serviceAccountToken({ namespace: 'default', name: 'default' });
const serviceAccount = 'system:serviceaccount:default:default';

describe('kubeconfig users', () => {
  test('a token', async () => {
    await withCluster(await kubeconfig({ token: await newToken() }), async (cluster) => {
      expect((await cluster.whoAmI()).username).toBe(serviceAccount);
    });
  });

  test('a token file, read anew when the server does not know the token any more', async () => {
    const file = path.join(folder, 'token');
    await writeFile(file, 'outdated');
    await withCluster(await kubeconfig({ tokenFile: 'token' }), async (cluster) => {
      await expect(cluster.whoAmI()).rejects.toMatchObject({ status: 401 });
      await writeFile(file, await newToken());
      expect((await cluster.whoAmI()).username).toBe(serviceAccount);
    });
  });

  test('an exec plugin, asked again after a 401', async () => {
    const program = path.join(folder, 'plugin.sh');
    const file = path.join(folder, 'token');
    await writeFile(file, 'outdated');
    await writeFile(
      program,
      `#!/bin/sh\nprintf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$(cat '${file}')"\n`,
    );
    await chmod(program, 0o700);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: program,
      interactiveMode: 'Never',
    };
    await withCluster(await kubeconfig({ exec }), async (cluster) => {
      await expect(cluster.whoAmI()).rejects.toMatchObject({ status: 401 });
      await writeFile(file, await newToken());
      expect((await cluster.whoAmI()).username).toBe(serviceAccount);
    });
  });

  test('a kubeconfig that changes is read for the next task', async () => {
    const file = await kubeconfig({ token: 'outdated' });
    const clusters = createClusters({ local: true, inherited: { kubeconfig: file, environment: {} } });
    const open = async () =>
      (await clusters.open({ type: 'inherit' }, { secret: async () => '', beforeWrite: () => {} })).cluster;
    await expect((await open()).whoAmI()).rejects.toMatchObject({ status: 401 });
    await kubeconfig({ token: await newToken() });
    expect((await (await open()).whoAmI()).username).toBe(serviceAccount);
    await clusters.close();
  });

  test.each([
    ['{}', 'it has no current-context.'],
    ['a: b: c', 'cannot be read'],
    [JSON.stringify({ 'current-context': 'x' }), 'not among its contexts'],
  ])('%s is refused: %s', async (text, message) => {
    const file = path.join(folder, 'kubeconfig');
    await writeFile(file, text);
    await expect(withCluster(file, async () => {})).rejects.toMatchObject({
      code: 'cluster.kubeconfig_invalid',
      message: expect.stringContaining(message),
    });
  });

  test('a sandbox that is being made says how far it is', async () => {
    const sandboxStatus = path.join(folder, 'status.json');
    await writeFile(
      sandboxStatus,
      JSON.stringify({ phase: 'tools', message: 'Building kube-apiserver (2 of 6)' }),
    );
    const clusters = createClusters({
      local: true,
      inherited: { kubeconfig: path.join(folder, 'none'), sandboxStatus, environment: {} },
    });
    const opening = clusters.open({ type: 'inherit' }, { secret: async () => '', beforeWrite: () => {} });
    await expect(opening).rejects.toMatchObject({
      code: 'cluster.sandbox_not_ready',
      message: expect.stringContaining('Building kube-apiserver'),
    });
  });
});

test('a pod reaches its cluster by its service account', async () => {
  await writeFile(path.join(folder, 'token'), await newToken());
  await writeFile(path.join(folder, 'ca.crt'), sandbox.caPem);
  const { hostname, port } = new URL(sandbox.apiServerUrl);
  const clusters = createClusters({
    local: false,
    inherited: {
      serviceAccountFolder: folder,
      environment: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    },
  });
  const { cluster } = await clusters.open(
    { type: 'inherit' },
    { secret: async () => '', beforeWrite: () => {} },
  );
  expect((await cluster.whoAmI()).username).toBe(serviceAccount);
  await clusters.close();
});

test('requests go through a proxy that is set, and no other way', async () => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket, head) => {
    asked.push(request.url ?? '');
    const { hostname, port } = new URL(sandbox.apiServerUrl);
    const outgoing = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      outgoing.write(head);
      outgoing.pipe(socket).pipe(outgoing);
    });
    outgoing.on('error', () => socket.destroy());
    socket.on('error', () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  // Listening on a port, the address is an object. The name is resolved by the proxy alone.
  const environment = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  const file = path.join(folder, 'kubeconfig.json');
  const cluster = {
    server: 'https://only-the-proxy-knows.invalid:6443',
    'tls-server-name': 'localhost',
    'certificate-authority-data': Buffer.from(sandbox.caPem).toString('base64'),
  };
  await writeFile(
    file,
    JSON.stringify({
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: await newToken() } }],
    }),
  );
  await withCluster(
    file,
    async (reached) => expect((await reached.whoAmI()).username).toBe(serviceAccount),
    () => {},
    environment,
  );
  proxy.closeAllConnections();
  proxy.close();
  expect(asked).toEqual(['only-the-proxy-knows.invalid:6443']);
});

describe('requests', () => {
  test('an object keeps what no schema of ours knows, and capitals in its name', async () => {
    await using namespace = await testNamespace(sandbox);
    await withCluster(sandbox.kubeconfigPath, async (cluster) => {
      const role = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'Web:A b', namespace: namespace.name },
        rules: [],
      };
      await cluster.apply(role, { fieldManager: 'test' });
      expect(
        (
          await cluster.get({
            apiVersion: role.apiVersion,
            kind: 'Role',
            namespace: namespace.name,
            name: 'Web:A b',
          })
        )?.metadata.name,
      ).toBe('Web:A b');
      const wrong = { ...configMap(namespace.name, 'a', {}), unknown: 1 };
      await expect(cluster.apply(wrong, { fieldManager: 'test' })).rejects.toMatchObject({
        message: expect.stringContaining('unknown'),
      });
    });
  });

  test('absent is null, an unknown kind is an error of its own, and a delete says whether there was something', async () => {
    await using namespace = await testNamespace(sandbox);
    await withCluster(sandbox.kubeconfigPath, async (cluster) => {
      const address = { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name, name: 'a' };
      expect(await cluster.get(address)).toBeNull();
      expect(await cluster.remove(address)).toBeNull();
      await expect(cluster.get({ ...address, kind: 'Nothing' })).rejects.toMatchObject({
        status: 404,
        reason: 'UnknownKind',
      });
      const made = await cluster.create(configMap(namespace.name, 'a', {}));
      await expect(cluster.remove(address, { uid: 'another' })).rejects.toMatchObject({ status: 409 });
      expect(await cluster.remove(address, { uid: made.metadata.uid ?? '' })).not.toBeNull();
    });
  });

  test('all pages of a list are read, and each item says what it is', async () => {
    await using namespace = await testNamespace(sandbox);
    await withCluster(sandbox.kubeconfigPath, async (cluster) => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) await cluster.create(configMap(namespace.name, name, {}));
      const { items } = await cluster.list(
        { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name },
        { limit: 2 },
      );
      expect(
        items
          .filter(({ metadata }) => metadata.name.length === 1)
          .map(({ kind, apiVersion, metadata }) => [apiVersion, kind, metadata.name]),
      ).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => ['v1', 'ConfigMap', name]));
    });
  });

  test('no write is sent when the lease has ended; reading and asking go on', async () => {
    await using namespace = await testNamespace(sandbox);
    const ended = (): void => {
      throw new LeaseEndedError('the lease has ended');
    };
    await withCluster(
      sandbox.kubeconfigPath,
      async (cluster) => {
        const object = configMap(namespace.name, 'a', {});
        const address = {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: namespace.name,
          name: 'kube-root-ca.crt',
        };
        const writes = [
          () => cluster.apply(object, { fieldManager: 'test' }),
          () => cluster.create(object),
          () => cluster.replace(object),
          () => cluster.patch(address, {}, { type: 'merge' }),
          () => cluster.remove(address),
          () => cluster.json('POST', '/api/v1/namespaces', { body: {} }),
        ];
        for (const write of writes) await expect(write()).rejects.toThrow(LeaseEndedError);
        expect(await cluster.get(address)).not.toBeNull();
        expect(await cluster.mayI({ verb: 'get', group: '', resource: 'pods' })).toBe(true);
      },
      ended,
    );
  });

  test('a watch begins with what is there, tells changes, and goes on when its connection is cut', async () => {
    await using namespace = await testNamespace(sandbox);
    const lines = new Set<Socket>();
    const line = createLine((incoming) => {
      const { hostname, port } = new URL(sandbox.apiServerUrl);
      const outgoing = connect(Number(port), hostname);
      for (const socket of [incoming, outgoing]) {
        lines.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          incoming.destroy();
          outgoing.destroy();
        });
      }
      incoming.pipe(outgoing).pipe(incoming);
    });
    await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
    const { certificatePem, privateKeyPem } = await sandbox.issueClientCertificate({
      commonName: 'watcher',
      groups: ['system:masters'],
    });
    const clusters = createClusters({ local: true, inherited: { environment: {} } });
    const secrets: Record<string, string> = { cert: certificatePem, key: privateKeyPem, ca: sandbox.caPem };
    const { cluster } = await clusters.open(
      {
        type: 'manual',
        masterUrl: `https://127.0.0.1:${(line.address() as AddressInfo).port}`,
        auth: {
          type: 'ClientKeyCert',
          cert: { secret: 'cert' },
          key: { secret: 'key' },
          caCert: { secret: 'ca' },
        },
      },
      { secret: async ({ secret }) => secrets[secret] ?? '', beforeWrite: () => {} },
    );
    const controller = new AbortController();
    const seen: string[] = [];
    const troubles: number[] = [];
    const note = (event: WatchEvent): void => {
      if (event.type === 'listed')
        seen.push(
          `listed ${event.items
            .map(({ metadata }) => metadata.name)
            .filter((name) => name.length === 1)
            .join(' ')}`,
        );
      else if (event.object.metadata.name.length === 1)
        seen.push(`${event.type} ${event.object.metadata.name}`);
    };
    await cluster.create(configMap(namespace.name, 'a', {}));
    const watching = (async () => {
      const options = {
        signal: controller.signal,
        onTrouble: (_error: unknown, retryInMs: number) => void troubles.push(retryInMs),
      };
      for await (const event of cluster.watch(
        { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name },
        options,
      ))
        note(event);
    })();
    await vi.waitFor(() => expect(seen).toEqual(['listed a']), waiting);
    await cluster.create(configMap(namespace.name, 'b', {}));
    await vi.waitFor(() => expect(seen).toEqual(['listed a', 'added b']), waiting);
    for (const socket of lines) socket.destroy();
    await sandbox.kubectl(['delete', 'configmap', 'a', `--namespace=${namespace.name}`]);
    await vi.waitFor(() => expect(seen).toEqual(['listed a', 'added b', 'deleted a']), waiting);
    expect(troubles.length).toBeGreaterThan(0);
    controller.abort();
    await watching.catch(() => {});
    await cluster.close();
    for (const socket of lines) socket.destroy();
    line.close();
  });
});

describe('namespace check', () => {
  const check = async (namespace: string, user?: object) => {
    const file = user === undefined ? sandbox.kubeconfigPath : await kubeconfig(user);
    await using bench = await taskBench({ inherited: { kubeconfig: file } });
    const outcome = await namespaceCheck.run({ access: { type: 'inherit' }, namespace }, bench.context);
    return outcome.kind === 'succeeded' ? outcome.result?.namespace : undefined;
  };

  test('usable, absent, forbidden with the Role, and unknown are told apart', async () => {
    await using namespace = await testNamespace(sandbox);
    expect(await check(namespace.name)).toEqual({ verdict: 'usable' });
    expect(await check(`${namespace.name}-none`)).toEqual({ verdict: 'absent' });
    expect(await check(namespace.name, { token: await newToken() })).toMatchObject({
      verdict: 'forbidden',
      cause: {
        code: 'namespace.forbidden',
        remedyYaml: expect.stringContaining(`namespace: ${namespace.name}`),
      },
    });
    expect(await check(namespace.name, { token: 'wrong' })).toMatchObject({
      verdict: 'unknown',
      cause: { code: 'cluster.unauthorized' },
    });
  });
});
