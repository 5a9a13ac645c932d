import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { guardedLookup, type AddressRule } from './address-rule.ts';

/** How to reach and sign in to one API server. Certificates and keys are PEM. */
export interface ConnectionSettings {
  server: string;
  ca?: string;
  certificate?: string;
  privateKey?: string;
  passphrase?: string;
  /** Name the server's certificate must bear, when it is not the address' own. */
  serverName?: string;
  skipTlsVerification?: boolean;
  proxyUrl?: string;
  /** The token seems to be base64 of a token: said when the server does not know it. */
  tokenIsEncoded?: boolean;
  /** Headers that sign in. With `fresh`, what was kept is thrown away first: the server has just answered 401. */
  signIn(fresh: boolean): Promise<Record<string, string>>;
  rule: AddressRule;
}

/** The sockets to one API server: one pool for short requests and one without a bound for watches and followed logs. */
export interface Connection {
  readonly settings: ConnectionSettings;
  readonly address: string;
  readonly short: Dispatcher;
  readonly long: Dispatcher;
  close(): Promise<void>;
}

const SHORT_CONNECTIONS = 32;
export const connectTimeoutMs = 10_000;

export function openConnection(settings: ConnectionSettings): Connection {
  const server = new URL(settings.server);
  settings.rule.assertHost(server.hostname);
  const short = dispatcher(settings, SHORT_CONNECTIONS);
  const long = dispatcher(settings, null);
  return {
    settings,
    address: `${server.protocol}//${server.hostname}:${server.port || (server.protocol === 'http:' ? '80' : '443')}`,
    short,
    long,
    close: async () => {
      await Promise.all([short.destroy(), long.destroy()]);
    },
  };
}

export interface TlsSettings {
  ca?: string;
  cert?: string;
  key?: string;
  passphrase?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** What Node's TLS needs to speak with this server. */
export function tlsOptions(settings: ConnectionSettings): TlsSettings {
  return {
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.certificate === undefined ? {} : { cert: settings.certificate }),
    ...(settings.privateKey === undefined ? {} : { key: settings.privateKey }),
    ...(settings.passphrase === undefined ? {} : { passphrase: settings.passphrase }),
    ...(settings.serverName === undefined ? {} : { servername: settings.serverName }),
    ...(settings.skipTlsVerification === true ? { rejectUnauthorized: false } : {}),
  };
}

function dispatcher(settings: ConnectionSettings, connections: number | null): Dispatcher {
  const tls = tlsOptions(settings);
  const options = {
    connections,
    pipelining: 1,
    // With HTTP/2 (undici's default where the server offers it) a session that idles past `keepAliveTimeout` ends in an
    // error that nobody can catch (undici 8.12.4, seen): it would take the process down half a minute after a task.
    allowH2: false,
    keepAliveTimeout: 30_000,
    bodyTimeout: 0,
    headersTimeout: 60_000,
  };
  if (settings.proxyUrl !== undefined) {
    return new ProxyAgent({
      uri: settings.proxyUrl,
      requestTls: { ...tls, timeout: connectTimeoutMs },
      ...options,
    });
  }
  return new Agent({
    ...options,
    connect: {
      ...tls,
      timeout: connectTimeoutMs,
      // A dead peer behind a load balancer is noticed by TCP long before a watch's own deadline.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      lookup: guardedLookup(settings.rule),
    },
  });
}
