import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { KeyPair } from '../x509/authority.ts';
import { ApiRefusal, type ApiClient } from '../cluster/api-client.ts';
import { kubeletClientName } from '../cluster/pki.ts';
import {
  containerLog,
  LogRefusal,
  parseLogOptions,
  selectLines,
  type LogLine,
  type LogOptions,
} from './container-log.ts';
import { parsePod, type Pod } from './pod.ts';

/** What answers for the simulated nodes where a kubelet would: logs, and a plain refusal of everything else. */
export interface NodeEndpoint {
  close(): Promise<void>;
}

/** Listens on a loopback port; only the API server, which shows its own client certificate, is answered. */
export async function startNodeEndpoint(options: {
  port: number;
  identity: KeyPair;
  caPem: string;
  api: ApiClient;
}): Promise<NodeEndpoint> {
  const following = new AbortController();
  const server = createServer(
    {
      key: options.identity.privateKeyPem,
      cert: options.identity.certificatePem,
      ca: options.caPem,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      answer(options.api, request, response, following.signal).catch((error: unknown) =>
        refuse(response, error),
      );
    },
  );
  await listen(server, options.port);
  return {
    close: () => {
      following.abort();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(
  api: ApiClient,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  // Only https sockets reach this server.
  const peer = (request.socket as TLSSocket).getPeerCertificate();
  if (peer.subject?.CN !== kubeletClientName)
    throw new LogRefusal(401, 'Only the API server may ask a simulated node.');
  const url = new URL(request.url ?? '/', 'https://node');
  const [route, namespace, podName, container] = url.pathname.split('/').slice(1).map(decodeURIComponent);
  if (route !== 'containerLogs' || !namespace || !podName || !container) {
    throw new LogRefusal(501, `Pods of the sandbox are simulated: "${route ?? ''}" needs a real container.`);
  }
  const read = async (): Promise<Pod> =>
    parsePod(await api.json('GET', `/api/v1/namespaces/${namespace}/pods/${podName}`));
  const logOptions = parseLogOptions(url.searchParams);
  const lines = containerLog(await read(), container, { previous: logOptions.previous, now: new Date() });
  response.writeHead(200, { 'content-type': 'text/plain' });
  send(response, selectLines(lines, logOptions, new Date()), logOptions);
  if (logOptions.follow)
    await follow({ api, namespace, podName, container, response, logOptions, closing, sent: lines.length });
  response.end();
}

interface Following {
  api: ApiClient;
  namespace: string;
  podName: string;
  container: string;
  response: ServerResponse;
  logOptions: LogOptions;
  closing: AbortSignal;
  sent: number;
}

/** Sends new lines until the container instance has ended, the pod is gone or the client leaves. */
async function follow(following: Following): Promise<void> {
  const leaving = new AbortController();
  following.response.once('close', () => leaving.abort());
  const signal = AbortSignal.any([leaving.signal, following.closing]);
  const selector = encodeURIComponent(`metadata.name=${following.podName}`);
  let sent = following.sent;
  let instance: number | undefined;
  try {
    for await (const line of following.api.lines(
      `/api/v1/namespaces/${following.namespace}/pods?watch=true&fieldSelector=${selector}`,
      signal,
    )) {
      const event: unknown = JSON.parse(line);
      if (typeof event !== 'object' || event === null || !('type' in event) || !('object' in event)) return;
      if (event.type === 'DELETED' || event.type === 'ERROR') return;
      const pod = parsePod(event.object);
      const status = pod.containers.find((candidate) => candidate.name === following.container);
      instance ??= status?.restartCount;
      if (status === undefined || status.restartCount !== instance) return;
      const lines = containerLog(pod, following.container, { previous: false, now: new Date() });
      send(following.response, lines.slice(sent), following.logOptions);
      sent = lines.length;
      if (status.running === undefined) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function send(response: ServerResponse, lines: readonly LogLine[], options: LogOptions): void {
  let text = lines
    .map((line) => `${options.timestamps ? `${line.at.toISOString()} ` : ''}${line.text}\n`)
    .join('');
  if (options.limitBytes !== undefined) text = Buffer.from(text).subarray(0, options.limitBytes).toString();
  if (text !== '') response.write(text);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const status = error instanceof LogRefusal || error instanceof ApiRefusal ? error.status : 500;
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(error instanceof Error ? error.message : String(error));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
