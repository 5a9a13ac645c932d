import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { serveHealth } from './health.ts';

test('a delegate is alive whatever happens, and ready while it is connected', async () => {
  let connected = false;
  const server = serveHealth(0, { connected: () => connected });
  await new Promise((resolve) => server.once('listening', resolve));
  // Listening on a port, the address is an object.
  const { port } = server.address() as AddressInfo;
  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  expect([await status('/healthz'), await status('/readyz'), await status('/other')]).toEqual([
    200, 503, 404,
  ]);
  connected = true;
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200]);
  server.closeAllConnections();
  server.close();
});
