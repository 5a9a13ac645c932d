import { createServer } from 'node:net';
import { join } from 'node:path';
import { readJson, writeFileAtomically } from '../files.ts';

const portNames = ['etcd', 'etcdPeer', 'apiServer', 'node'] as const;

/** The loopback ports of one sandbox. */
export type Ports = Record<(typeof portNames)[number], number>;

/** The ports this sandbox had last time where they are still free, else new ones; remembered in the data directory. */
export async function choosePorts(dataDir: string): Promise<Ports> {
  const path = join(dataDir, 'ports.json');
  const remembered = readJson(path);
  const ports: Ports = { etcd: 0, etcdPeer: 0, apiServer: 0, node: 0 };
  for (const name of portNames) {
    const last = rememberedPort(remembered, name);
    const taken = Object.values(ports);
    ports[name] =
      last !== undefined && !taken.includes(last) && (await isFree(last)) ? last : await freePort(taken);
  }
  writeFileAtomically(path, `${JSON.stringify(ports)}\n`, 0o644);
  return ports;
}

function rememberedPort(value: unknown, name: string): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const port: unknown = Reflect.get(value, name);
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

async function isFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

async function freePort(exclude: readonly number[]): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port !== undefined && !exclude.includes(port)) return port;
  }
}

/** The port that could be listened on (0 asks the system for one); undefined when it is taken. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
