import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJson } from '../src/files.ts';
import {
  ApiRefusal,
  attachSandbox,
  createApiClient,
  startSandbox,
  type ApiClient,
  type ApiCredentials,
} from '../src/index.ts';
import { isAlive, type ProcessIdentity } from '../src/processes/process-identity.ts';
import { layoutOf } from '../src/cluster/layout.ts';
import { waitFor } from '../src/wait.ts';
import { startOwnSandbox, type OwnSandbox } from './own-sandbox.ts';

let own: OwnSandbox;
const clients: ApiClient[] = [];
beforeAll(async () => {
  own = await startOwnSandbox(true);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await own?.end();
});

function as(credentials: ApiCredentials): ApiClient {
  const { apiServerUrl, caPem } = own.sandbox;
  const client = createApiClient({ apiServerUrl, caPem, credentials });
  clients.push(client);
  return client;
}

async function refusal(promise: Promise<unknown>): Promise<number> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiRefusal)) throw new Error('it was not refused', { cause: error });
  return error.status;
}

async function whoAmI(client: ApiClient): Promise<string> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answer = await client.json('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
  // The shape of authentication.k8s.io/v1.
  const { status } = answer as { status: { userInfo: { username: string; groups: string[] } } };
  return `${status.userInfo.username} ${status.userInfo.groups.join(',')}`;
}

const deployments = '/apis/apps/v1/namespaces/default/deployments';

describe('who may do what', () => {
  test('a service account is known by its token and may do nothing by itself', async () => {
    const token = await own.sandbox.serviceAccountToken({ namespace: 'default', name: 'robot' });
    expect(await whoAmI(as({ token }))).toContain('system:serviceaccount:default:robot');
    expect(await refusal(as({ token }).json('GET', deployments))).toBe(403);
  });

  test('a short token works, an expired one and a made-up one do not', async () => {
    const account = { namespace: 'default', name: 'brief' };
    const short = await own.sandbox.serviceAccountToken({ ...account, ttlSeconds: 30 });
    expect(await whoAmI(as({ token: short }))).toContain('system:serviceaccount:default:brief');
    const expired = await own.sandbox.serviceAccountToken({ ...account, ttlSeconds: -3_600 });
    expect(await refusal(whoAmI(as({ token: expired })))).toBe(401);
    expect(await refusal(whoAmI(as({ token: 'nonsense' })))).toBe(401);
  });

  test('a client certificate carries user and groups, to which roles are bound', async () => {
    const ada = await own.sandbox.issueClientCertificate({ commonName: 'ada', groups: ['devs'] });
    expect(await whoAmI(as(ada))).toBe('ada devs,system:authenticated');
    expect(await refusal(as(ada).json('GET', deployments))).toBe(403);
    await own.kubectl(
      'create',
      'rolebinding',
      'devs-view',
      '--clusterrole=view',
      '--group=devs',
      '--namespace=default',
    );
    await waitFor('the right', () => as(ada).json('GET', deployments), { timeoutMs: 10_000 });
    expect(await refusal(as(ada).json('GET', '/apis/apps/v1/namespaces/kube-system/deployments'))).toBe(403);
  });

  test('an expired client certificate is refused', async () => {
    const late = await own.sandbox.issueClientCertificate({
      commonName: 'late',
      notBefore: new Date(Date.now() - 7_200_000),
      notAfter: new Date(Date.now() - 3_600_000),
    });
    expect(await refusal(whoAmI(as(late)))).toBe(401);
  });

  test('a kubeconfig for a user works with kubectl', async () => {
    const token = await own.sandbox.serviceAccountToken({ namespace: 'default', name: 'robot' });
    const file = join(own.dataDir, 'robot.kubeconfig');
    writeFileSync(file, own.sandbox.kubeconfigFor({ token }, { userName: 'robot', namespace: 'default' }));
    const { stdout } = await promisify(execFile)(own.sandbox.kubectlPath, [
      `--kubeconfig=${file}`,
      'auth',
      'whoami',
    ]);
    expect(stdout).toContain('system:serviceaccount:default:robot');
  });

  test('the nodes answer nobody but the API server', async () => {
    // Our own file.
    const ports = readJson(`${own.dataDir}/ports.json`) as { node: number };
    const admin = await own.sandbox.issueClientCertificate({
      commonName: 'admin',
      groups: ['system:masters'],
    });
    const status = (tls: object): Promise<string> =>
      new Promise((resolve) => {
        const asking = request(
          {
            host: '127.0.0.1',
            port: ports.node,
            path: '/containerLogs/a/b/c',
            ca: own.sandbox.caPem,
            agent: false,
            ...tls,
          },
          (response) => resolve(String(response.resume().statusCode)),
        );
        asking.once('error', () => resolve('refused'));
        asking.end();
      });
    expect(await status({})).toBe('refused');
    expect(await status({ cert: admin.certificatePem, key: admin.privateKeyPem })).toBe('401');
  });
});

describe('the audit log', () => {
  test('counts what one client asked for, and nothing else', async () => {
    const since = new Date();
    const { api } = own.sandbox;
    for (let index = 0; index < 5; index += 1) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `counted-${index}` } };
      await api.json('POST', '/api/v1/namespaces/default/configmaps', body, { userAgent: 'counting/1.0' });
    }
    await refusal(
      api.json('GET', '/api/v1/namespaces/default/configmaps/none', undefined, { userAgent: 'counting/1.0' }),
    );
    const events = await own.sandbox.auditEvents({ since, userAgent: 'counting/' });
    expect(events.map(({ verb, resource, status }) => `${verb} ${resource} ${status}`)).toEqual([
      ...Array.from({ length: 5 }, () => 'create configmaps 201'),
      'get configmaps 404',
    ]);
    expect(await own.sandbox.auditEvents({ since: new Date(), userAgent: 'counting/' })).toEqual([]);
  });
});

describe('what happens when something dies', { timeout: 180_000 }, () => {
  // Our own file.
  const processes = (): ProcessIdentity[] => readJson(layoutOf(own.dataDir).processes) as ProcessIdentity[];
  const processOf = (program: string): ProcessIdentity | undefined =>
    processes().find((identity) => identity.program === program);

  test.each(['kube-apiserver', 'etcd', 'kube-controller-manager', 'kwok'])(
    '%s comes back, with all data',
    async (program) => {
      const name = `before-${program}`;
      await own.kubectl('create', 'deployment', name, '--image=nginx:1', '--replicas=1');
      await own.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=30s');
      const victim = processOf(program);
      if (!victim) throw new Error(`${program} is not recorded`);
      process.kill(victim.pid, 'SIGKILL');
      await waitFor('another process', () => (processOf(program)?.pid ?? victim.pid) !== victim.pid, {
        timeoutMs: 30_000,
      });
      // Scaling needs every one of the programs.
      await waitFor('an answer', () => own.kubectl('scale', `deployment/${name}`, '--replicas=2'), {
        timeoutMs: 30_000,
        everyMs: 200,
      });
      await waitFor(
        'two ready pods',
        async () =>
          (await own.kubectl('get', `deployment/${name}`, '-o=jsonpath={.status.readyReplicas}')) === '2',
        {
          timeoutMs: 40_000,
          everyMs: 200,
        },
      );
      expect(own.sandbox.restarts()[program]).toBeGreaterThanOrEqual(1);
    },
  );

  test('a second sandbox in the same directory is refused', async () => {
    await expect(startSandbox({ dataDir: own.dataDir })).rejects.toThrow(/A sandbox runs already/);
  });

  test('stopping leaves no process, and starting again keeps data, tokens and certificates', async () => {
    await own.kubectl('create', 'configmap', 'kept', '--from-literal=a=b');
    const token = await own.sandbox.serviceAccountToken({ namespace: 'default', name: 'robot' });
    const ada = await own.sandbox.issueClientCertificate({ commonName: 'ada', groups: ['system:masters'] });
    const before = processes();
    await own.sandbox.stop();
    expect(before.filter(isAlive)).toEqual([]);
    const again = await startSandbox({ dataDir: own.dataDir, durable: true });
    own.sandbox = again;
    expect(await own.kubectl('get', 'configmap', 'kept', '-o=jsonpath={.data.a}')).toBe('b');
    expect(await whoAmI(as({ token }))).toContain('robot');
    expect(await whoAmI(as(ada))).toContain('ada');
    const attached = await attachSandbox(own.dataDir);
    expect(await whoAmI(attached.api)).toContain('sandbox-admin');
    await attached.close();
  });
});
