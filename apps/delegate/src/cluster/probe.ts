import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { guardedLookup } from './address-rule.ts';
import { ClusterError } from './cluster-error.ts';
import { tlsOptions, type ConnectionSettings } from './connection.ts';

export interface ProbeOptions {
  signal: AbortSignal;
  timeoutMs: number;
}

/** Opens a connection and closes it; answers with the address that was reached. Throws `ClusterError` with the network's error as cause. */
export async function probeAddress(settings: ConnectionSettings, options: ProbeOptions): Promise<string> {
  const { host, port } = placeOf(settings);
  settings.rule.assertHost(host);
  const socket = connectTcp({ host, port, lookup: guardedLookup(settings.rule) });
  await settled(socket, 'connect', settings, options);
  const { remoteAddress = host, remotePort = port } = socket;
  socket.destroy();
  return `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

/** What the server's certificate says. */
export interface ServerCertificate {
  issuer: string;
  validUntil: string;
}

/** A TLS handshake, with the server's certificate checked as every later request checks it. */
export async function probeCertificate(
  settings: ConnectionSettings,
  options: ProbeOptions,
): Promise<ServerCertificate> {
  const { host, port } = placeOf(settings);
  const socket: TLSSocket = connectTls({
    host,
    port,
    lookup: guardedLookup(settings.rule),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...tlsOptions(settings),
  });
  await settled(socket, 'secureConnect', settings, options);
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  const issuer = certificate.issuer?.CN ?? certificate.issuer?.O ?? 'an unnamed authority';
  return { issuer: String(issuer), validUntil: new Date(certificate.valid_to).toISOString().slice(0, 10) };
}

function placeOf({ server }: ConnectionSettings): { host: string; port: number } {
  const url = new URL(server);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (url.protocol === 'http:' ? 80 : 443)),
  };
}

async function settled(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  settings: ConnectionSettings,
  { signal, timeoutMs }: ProbeOptions,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, () => resolve());
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
      limit.addEventListener('abort', () => reject(limit.reason), { once: true });
    });
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new ClusterError(`${settings.server} cannot be reached`, {
      status: 0,
      reason: 'Unreachable',
      cause: error,
    });
  }
}
