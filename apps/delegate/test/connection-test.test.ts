import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { RequestListener } from 'node:http';
import { createAuthority, issueServerCertificate } from '@slipway/sandbox';
import type { ClusterAccess, ConnectionTestStep, TaskOutcome } from '@slipway/contracts';
import { testCluster, testNamespace } from '@slipway/testing';
import type { TestCluster } from '@slipway/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectionTest } from '../src/tasks/connection-test.ts';
import { taskBench } from './task-bench.ts';
import type { TaskBenchOptions } from './task-bench.ts';

let cluster: TestCluster;
let authority: Awaited<ReturnType<typeof createAuthority>>;
const servers: Server[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  cluster = await testCluster();
  authority = await createAuthority();
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});
afterAll(async () => {
  await cluster.api.close();
});

const account = (masterUrl: string, withCa = true): ClusterAccess => ({
  type: 'manual',
  masterUrl,
  auth: {
    type: 'ServiceAccount',
    token: { secret: 'token' },
    ...(withCa ? { caCert: { secret: 'ca' } } : {}),
  },
});

interface Report {
  outcome: TaskOutcome;
  /** `step: status` of each. */
  story: string[];
  failed: ConnectionTestStep | undefined;
  steps: ConnectionTestStep[];
}

async function run(
  access: ClusterAccess,
  options: TaskBenchOptions,
  skipDefaultNamespace = false,
): Promise<Report> {
  await using bench = await taskBench(options);
  const outcome = await connectionTest.run({ access, skipDefaultNamespace }, bench.context);
  const steps = outcome.kind === 'cancelled' ? [] : (outcome.result?.connectionTest?.steps ?? []);
  const failed = steps.find(({ status }) => status === 'failed');
  return { outcome, steps, failed, story: steps.map(({ step, status }) => `${step}: ${status}`) };
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a port, the address is an object.
  return (server.address() as AddressInfo).port;
}

async function tlsServer(
  answer: RequestListener,
  changes: { hosts?: string[]; notBefore?: Date; notAfter?: Date; port?: undefined } = {},
): Promise<string> {
  const { certificatePem, privateKeyPem } = await issueServerCertificate(authority, {
    hosts: ['127.0.0.1', 'localhost'],
    ...changes,
  });
  return `https://127.0.0.1:${await listen(createHttpsServer({ cert: certificatePem, key: privateKeyPem }, answer))}`;
}

const secrets = () => ({ token: 'eyJhbGciOi.not.real', ca: authority.certificatePem });
const status =
  (code: number, reason: string, message: string): RequestListener =>
  (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code }),
    );
  };

describe('on a real API server', () => {
  const asAccount = async (
    role: string | undefined,
    check: (report: Report, names: { namespace: string; user: string }) => void,
    skip = false,
  ): Promise<void> => {
    await using namespace = await testNamespace(cluster);
    await cluster.kubectl(['create', 'serviceaccount', 'connector', `--namespace=${namespace.name}`]);
    if (role !== undefined) {
      await cluster.kubectl([
        'create',
        'rolebinding',
        `connector-${namespace.name}`,
        '--namespace=default',
        `--clusterrole=${role}`,
        `--serviceaccount=${namespace.name}:connector`,
      ]);
    }
    const token = await cluster.serviceAccountToken({ namespace: namespace.name, name: 'connector' });
    const report = await run(account(cluster.apiServerUrl), { secrets: { token, ca: cluster.caPem } }, skip);
    if (role !== undefined)
      await cluster.kubectl(['delete', 'rolebinding', `connector-${namespace.name}`, '--namespace=default']);
    check(report, { namespace: namespace.name, user: `system:serviceaccount:${namespace.name}:connector` });
  };

  test('a service account that may list passes every step', async () => {
    await asAccount('view', ({ outcome, story, steps }, { user }) => {
      expect(story).toEqual([
        'delegate: succeeded',
        'address: succeeded',
        'tls: succeeded',
        'identity: succeeded',
        'list-controllers: succeeded',
      ]);
      expect(outcome.kind).toBe('succeeded');
      expect(steps.find(({ step }) => step === 'identity')?.detail).toMatch(
        new RegExp(`^${user}, Kubernetes 1\\.`),
      );
      expect(steps.find(({ step }) => step === 'address')?.detail).toBe(
        new URL(cluster.apiServerUrl).host.replace('localhost', '127.0.0.1'),
      );
    });
  });

  test('one that may not list is told which Role is missing', async () => {
    await asAccount(undefined, ({ failed, outcome }, { user, namespace }) => {
      expect(failed).toMatchObject({
        step: 'list-controllers',
        cause: {
          code: 'cluster.forbidden',
          title: `${user} may not list replicationcontrollers in the namespace default`,
        },
      });
      expect(failed?.cause?.remedyYaml).toContain(`name: connector\n    namespace: ${namespace}`);
      expect(failed?.cause?.remedyYaml).toContain('resources: [replicationcontrollers]');
      expect(outcome).toMatchObject({ kind: 'failed', failure: { errorType: 'Authorization' } });
    });
  });

  test('the remedy, applied, makes the test pass', async () => {
    await using namespace = await testNamespace(cluster);
    const certificate = await cluster.issueClientCertificate({ commonName: `remedied-${namespace.name}` });
    const access: ClusterAccess = {
      type: 'manual',
      masterUrl: cluster.apiServerUrl,
      auth: {
        type: 'ClientKeyCert',
        cert: { secret: 'cert' },
        key: { secret: 'key' },
        caCert: { secret: 'ca' },
      },
    };
    const options = {
      secrets: { cert: certificate.certificatePem, key: certificate.privateKeyPem, ca: cluster.caPem },
    };
    const { failed } = await run(access, options);
    const remedy = (failed?.cause?.remedyYaml ?? '').replaceAll(
      'slipway-list-replicationcontrollers',
      `slipway-${namespace.name}`,
    );
    await cluster.kubectl(['apply', '-f', '-'], { stdin: remedy });
    try {
      expect((await run(access, options)).outcome.kind).toBe('succeeded');
    } finally {
      await cluster.kubectl(['delete', '-f', '-'], { stdin: remedy });
    }
  });

  test('skipping the default namespace leaves out only the list', async () => {
    await asAccount(
      undefined,
      ({ outcome, story }) => {
        expect(outcome.kind).toBe('succeeded');
        expect(story).toEqual([
          'delegate: succeeded',
          'address: succeeded',
          'tls: succeeded',
          'identity: succeeded',
          'list-controllers: skipped',
        ]);
      },
      true,
    );
  });

  test('a client certificate is who it says, as PEM and as base64 of it', async () => {
    const { certificatePem, privateKeyPem } = await cluster.issueClientCertificate({
      commonName: 'jane',
      groups: ['system:masters'],
    });
    const access: ClusterAccess = {
      type: 'manual',
      masterUrl: cluster.apiServerUrl,
      auth: {
        type: 'ClientKeyCert',
        cert: { secret: 'cert' },
        key: { secret: 'key' },
        caCert: { secret: 'ca' },
      },
    };
    for (const form of [(text: string) => text, (text: string) => Buffer.from(text).toString('base64')]) {
      const { steps, outcome } = await run(access, {
        secrets: { cert: form(certificatePem), key: form(privateKeyPem), ca: form(cluster.caPem) },
      });
      expect(outcome.kind).toBe('succeeded');
      expect(steps.find(({ step }) => step === 'identity')?.detail).toContain('jane');
    }
  });

  test('an expired client certificate is refused', async () => {
    const { certificatePem, privateKeyPem } = await cluster.issueClientCertificate({
      commonName: 'jane',
      notAfter: new Date(Date.now() - 60_000),
    });
    const access: ClusterAccess = {
      type: 'manual',
      masterUrl: cluster.apiServerUrl,
      auth: {
        type: 'ClientKeyCert',
        cert: { secret: 'cert' },
        key: { secret: 'key' },
        caCert: { secret: 'ca' },
      },
    };
    const { failed } = await run(access, {
      secrets: { cert: certificatePem, key: privateKeyPem, ca: cluster.caPem },
    });
    expect(failed).toMatchObject({ step: 'identity', cause: { code: 'cluster.unauthorized' } });
  });

  test('a wrong token is 401, and one that is encoded once too often is told so', async () => {
    const wrong = await run(account(cluster.apiServerUrl), {
      secrets: { token: 'eyJhbGciOi.not.real', ca: cluster.caPem },
    });
    expect(wrong.failed).toMatchObject({ step: 'identity', cause: { code: 'cluster.unauthorized' } });
    const token = Buffer.from(
      await cluster.serviceAccountToken({ namespace: 'default', name: 'default' }),
    ).toString('base64');
    const encoded = await run(account(cluster.apiServerUrl), { secrets: { token, ca: cluster.caPem } });
    expect(encoded.failed).toMatchObject({
      step: 'identity',
      cause: { code: 'cluster.token_encoded', hints: [expect.stringContaining('base64 -d')] },
    });
  });

  test('a server whose authority is not known is refused before any credential is sent', async () => {
    for (const access of [account(cluster.apiServerUrl), account(cluster.apiServerUrl, false)]) {
      const { failed, story } = await run(access, { secrets: secrets() });
      expect(failed).toMatchObject({ step: 'tls', cause: { code: 'tls.unknown_authority' } });
      expect(story.slice(3)).toEqual(['identity: skipped', 'list-controllers: skipped']);
    }
  });

  test('http on the https port is told from other refusals', async () => {
    const { failed } = await run(account(cluster.apiServerUrl.replace('https:', 'http:')), {
      secrets: secrets(),
    });
    expect(failed).toMatchObject({ step: 'identity', cause: { code: 'cluster.needs_https' } });
  });

  test("the delegate's own cluster is reached by its kubeconfig", async () => {
    const { outcome, steps } = await run(
      { type: 'inherit' },
      { inherited: { kubeconfig: cluster.kubeconfigPath } },
    );
    expect(outcome.kind).toBe('succeeded');
    expect(steps.find(({ step }) => step === 'identity')?.detail).toContain('sandbox-admin');
  });
});

describe('on servers that are none', () => {
  test('an expired certificate', async () => {
    const url = await tlsServer(status(200, '', ''), {
      notBefore: new Date(Date.now() - 7_200_000),
      notAfter: new Date(Date.now() - 3_600_000),
    });
    const { failed } = await run(account(url), { secrets: secrets() });
    expect(failed).toMatchObject({ step: 'tls', cause: { code: 'tls.expired' } });
  });

  test('a certificate for another name', async () => {
    const url = await tlsServer(status(200, '', ''), { hosts: ['other.example'] });
    const { failed } = await run(account(url), { secrets: secrets() });
    expect(failed).toMatchObject({
      step: 'tls',
      cause: { code: 'tls.name_mismatch', message: expect.stringContaining('other.example') },
    });
  });

  test('a server that speaks plain HTTP where TLS is expected', async () => {
    const port = await listen(createHttpServer(status(200, '', '')));
    const { failed } = await run(account(`https://127.0.0.1:${port}`), { secrets: secrets() });
    expect(failed).toMatchObject({ step: 'tls', cause: { code: 'tls.not_tls' } });
  });

  test('nothing listens', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const { failed } = await run(account(`https://127.0.0.1:${port}`), { secrets: secrets() });
    expect(failed).toMatchObject({
      step: 'address',
      cause: {
        code: 'cluster.connection_refused',
        hints: [expect.stringContaining('6443'), expect.anything()],
      },
    });
  });

  test('a name that does not exist', async () => {
    const { failed } = await run(account('https://no-such-host.invalid'), { secrets: secrets() });
    expect(failed).toMatchObject({
      step: 'address',
      cause: { code: 'cluster.dns_failed', title: 'The name no-such-host.invalid cannot be resolved' },
    });
  });

  test('a server that accepts and says nothing', async () => {
    const port = await listen(createTcpServer(() => {}));
    const { failed } = await run(account(`https://127.0.0.1:${port}`), { secrets: secrets() });
    expect(failed).toMatchObject({ step: 'tls', cause: { code: 'cluster.timeout' } });
  }, 30_000);

  test('a server that takes the request and never answers', async () => {
    const url = await tlsServer(() => {});
    const { failed } = await run(account(url), { secrets: secrets() });
    expect(failed).toMatchObject({ step: 'identity', cause: { code: 'cluster.timeout' } });
  }, 60_000);

  test('a web page', async () => {
    const url = await tlsServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Sign in</title>');
    });
    const { failed } = await run(account(url), { secrets: secrets() });
    expect(failed).toMatchObject({
      step: 'identity',
      cause: { code: 'cluster.not_kubernetes', message: expect.stringContaining('Sign in') },
    });
  });

  test('a redirect, which is not followed', async () => {
    let followed = false;
    const url = await tlsServer((request, response) => {
      followed ||= request.url === '/login';
      response.writeHead(302, { location: '/login' });
      response.end();
    });
    const { failed } = await run(account(url), { secrets: secrets() });
    expect(failed).toMatchObject({
      step: 'identity',
      cause: { code: 'cluster.redirected', message: expect.stringContaining('/login') },
    });
    expect(followed).toBe(false);
  });

  test('a server that fails', async () => {
    const url = await tlsServer(status(500, 'InternalError', 'etcd is away'));
    const { failed } = await run(account(url), { secrets: secrets() });
    expect(failed).toMatchObject({
      step: 'identity',
      cause: { code: 'cluster.server_error', message: 'etcd is away' },
    });
  });
});

describe('before any server is asked', () => {
  test('a delegate without a cluster says how it could get one', async () => {
    const { failed } = await run({ type: 'inherit' }, {});
    expect(failed).toMatchObject({
      step: 'address',
      cause: {
        code: 'cluster.not_configured',
        hints: [
          expect.stringContaining('inside the cluster'),
          expect.stringContaining('SLIPWAY_KUBECONFIG'),
          expect.anything(),
        ],
      },
    });
  });

  test.each([
    [
      'a key of another certificate',
      'cluster.credential_invalid',
      async () => {
        const one = await authority.issue({ commonName: 'a', usages: ['client'] });
        const other = await authority.issue({ commonName: 'b', usages: ['client'] });
        return { cert: one.certificatePem, key: other.privateKeyPem };
      },
    ],
    [
      'text that is no certificate',
      'cluster.credential_invalid',
      async () => ({ cert: 'hello', key: 'world' }),
    ],
    ['a secret that is gone', 'cluster.secret_missing', async () => ({})],
  ])('%s', async (_what, code, credentials) => {
    const access: ClusterAccess = {
      type: 'manual',
      masterUrl: 'https://127.0.0.1:1',
      auth: { type: 'ClientKeyCert', cert: { secret: 'cert' }, key: { secret: 'key' } },
    };
    const { failed } = await run(access, { secrets: await credentials() });
    expect(failed).toMatchObject({ step: 'delegate', cause: { code } });
  });

  test.each([
    ['https://127.0.0.1:6443', false],
    ['https://localhost:6443', false],
    ['https://[::1]:6443', false],
    ['https://[::ffff:127.0.0.1]:6443', false],
    ['https://0.0.0.0:6443', false],
    ['https://169.254.169.254', true],
    ['https://[fe80::1]:6443', true],
  ])('%s is not reached from a delegate that is local: %s', async (masterUrl, local) => {
    const { failed } = await run(account(masterUrl, false), { secrets: secrets(), local });
    expect(failed).toMatchObject({ step: 'address', cause: { code: 'cluster.address_forbidden' } });
  });
});
