import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClusterAccess, Progress } from '@slipway/contracts';
import { expect, test } from 'vitest';
import { AccessError } from '../cluster/access-error.ts';
import { createCluster } from '../cluster/client.ts';
import { openConnection } from '../cluster/connection.ts';
import { createDiscovery } from '../cluster/discovery.ts';
import { anyAddress } from '../cluster/address-rule.ts';
import { reachCluster } from './reach-cluster.ts';

const access: ClusterAccess = { type: 'inherit' };

/** An address that nobody listens on until `start` is called. */
async function lateServer(): Promise<{ url: string; start: () => Promise<void>; stop: () => void }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"gitVersion":"v1.36.2"}');
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  // Listening on a port, the address is an object.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return { url: `http://127.0.0.1:${port}`, start: () => listen(port), stop: () => server.close() };
}

function contextOf(
  open: () => ReturnType<typeof createCluster>,
  extras: { deadlineAt?: number; signal?: AbortSignal } = {},
) {
  const told: Progress[] = [];
  const lines: string[] = [];
  const log = { info: (text: string) => lines.push(text), warn: (text: string) => lines.push(text) };
  const context = {
    cluster: async () => open(),
    signal: extras.signal ?? new AbortController().signal,
    deadlineAt: extras.deadlineAt,
    progress: (progress: Progress) => void told.push(progress),
  };
  return { context, log, told, lines };
}

function clusterAt(server: string): ReturnType<typeof createCluster> {
  const connection = openConnection({ server, signIn: async () => ({}), rule: anyAddress });
  return createCluster(connection, createDiscovery(connection), () => {});
}

test('waits for a server that comes back, saying what it waits for', async () => {
  const late = await lateServer();
  const { context, log, told, lines } = contextOf(() => clusterAt(late.url));
  const reached = reachCluster(
    { ...context, progress: (progress) => (told.push(progress), void late.start()) },
    access,
    log,
  );
  await expect(reached).resolves.toMatchObject({ address: late.url });
  expect(told).toMatchObject([
    {
      sentence: 'Waiting for the cluster to answer',
      causes: [{ code: 'cluster.unreachable', severity: 'warning' }],
    },
  ]);
  expect(lines).toEqual([expect.stringMatching(/ECONNREFUSED.* Trying again until/), 'The cluster answers.']);
  late.stop();
});

test('gives up at the deadline of the step, with the failure as it was', async () => {
  const late = await lateServer();
  const { context, log } = contextOf(() => clusterAt(late.url), { deadlineAt: Date.now() });
  await expect(reachCluster(context, access, log)).rejects.toMatchObject({ reason: 'Unreachable' });
});

test('ends at once when the task is cancelled', async () => {
  const late = await lateServer();
  const stop = new AbortController();
  const { context, log } = contextOf(() => clusterAt(late.url), { signal: stop.signal });
  const reached = reachCluster(
    { ...context, progress: () => stop.abort(new Error('cancelled')) },
    access,
    log,
  );
  await expect(reached).rejects.toThrow();
});

test('does not wait for what waiting cannot mend', async () => {
  const problem = new AccessError('cluster.not_configured', 'No cluster.', []);
  const { context, log, told } = contextOf(() => {
    throw problem;
  });
  await expect(reachCluster(context, access, log)).rejects.toBe(problem);
  expect(told).toEqual([]);
});
