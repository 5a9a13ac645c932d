import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createAuthority, issueServerCertificate } from '@slipway/sandbox';
import type { Hello } from '@slipway/contracts';
import { afterEach, expect, test, vi } from 'vitest';
import { createLink } from '../src/session/link.ts';
import type { Link } from '../src/session/link.ts';

const waiting = { timeout: 15_000, interval: 20 } as const;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a port, the address is an object.
  return (server.address() as AddressInfo).port;
}

/** A control plane as far as the first request: which paths asked to become websockets. */
async function controlPlane() {
  const authority = await createAuthority();
  const { certificatePem, privateKeyPem } = await issueServerCertificate(authority, {
    hosts: ['slipway.invalid'],
  });
  const upgrades: string[] = [];
  const server = createTlsServer({ cert: certificatePem, key: privateKeyPem });
  server.on('upgrade', (request, socket) => {
    upgrades.push((request.url ?? '').split('?')[0] ?? '');
    socket.destroy();
  });
  return { port: await listen(server), ca: authority.certificatePem, upgrades };
}

async function connectProxy(to: number) {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket: Socket, head) => {
    asked.push(request.url ?? '');
    const outgoing = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      outgoing.write(head);
      outgoing.pipe(socket).pipe(outgoing);
    });
    outgoing.on('error', () => socket.destroy());
    socket.on('error', () => outgoing.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(proxy)}`, asked };
}

function dial(options: { url: string; ca?: string; environment?: Record<string, string> }): {
  link: Link;
  troubles: string[];
} {
  const troubles: string[] = [];
  const link = createLink({
    url: options.url,
    // No server of these tests reads it.
    hello: () => ({}) as Hello,
    environment: options.environment ?? {},
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    events: {
      onMessage: () => {},
      onDown: () => {},
      onRefused: () => {},
      onTrouble: (what) => void troubles.push(what),
    },
  });
  closing.push(() => link.close());
  link.dial();
  return { link, troubles };
}

test('a delegate dials through the proxy, with the authority it was given, below the path of the address', async () => {
  const server = await controlPlane();
  const proxy = await connectProxy(server.port);
  dial({ url: 'https://slipway.invalid/cd', ca: server.ca, environment: { HTTPS_PROXY: proxy.url } });
  await vi.waitFor(() => expect(server.upgrades[0]).toBe('/cd/socket.io/'), waiting);
  expect(proxy.asked[0]).toBe('slipway.invalid:443');
});

test('an address that NO_PROXY names is dialled directly', async () => {
  const server = await controlPlane();
  const proxy = await connectProxy(server.port);
  const { troubles } = dial({
    url: `https://localhost:${server.port}`,
    ca: server.ca,
    environment: { HTTPS_PROXY: proxy.url, NO_PROXY: 'localhost' },
  });
  // Reached, and refused for its name: the certificate is for another one.
  await vi.waitFor(() => expect(troubles.join()).toMatch(/altnames|cert/), waiting);
  expect(proxy.asked).toEqual([]);
});

test('a server whose authority is not known is not spoken to', async () => {
  const server = await controlPlane();
  const proxy = await connectProxy(server.port);
  const { troubles } = dial({ url: 'https://slipway.invalid', environment: { HTTPS_PROXY: proxy.url } });
  await vi.waitFor(() => expect(troubles.join()).toMatch(/certificate|verify/i), waiting);
  expect(server.upgrades).toEqual([]);
});

test('nothing is asked of a line that is down', async () => {
  const { link } = dial({ url: 'http://127.0.0.1:1' });
  await expect(link.request('heartbeat', { running: [], draining: false })).rejects.toThrow('not connected');
});
