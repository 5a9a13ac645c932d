import { setTimeout as delay } from 'node:timers/promises';
import { request, type Dispatcher } from 'undici';
import type { HttpMethod, RawRequest } from './cluster.ts';
import { ClusterError, LeaseEndedError, isClusterError, type StatusDetails } from './cluster-error.ts';
import type { Connection } from './connection.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
const MAX_ATTEMPTS = 6;
const MAX_ERROR_BYTES = 1 << 20;
const USER_AGENT = 'slipway-delegate';

export type Body = Dispatcher.ResponseData['body'];

export interface Sending extends RawRequest {
  /** Uses a socket of its own and sets no deadline on the body. */
  streaming?: boolean;
  /** Called right before each attempt, also after a wait: a writer asserts its lease here. */
  beforeSend?: () => void;
}

/**
 * One request and its answer's body. Waits and repeats when the server is too busy (429, 503 with Retry-After), signs in anew after
 * a 401, and repeats a GET whose kept-alive socket had been closed. Throws `ClusterError` for any answer that is not 2xx.
 */
export async function send(
  connection: Connection,
  method: HttpMethod,
  path: string,
  sending: Sending = {},
): Promise<Body> {
  const deadline = Date.now() + (sending.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  let fresh = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnce(connection, method, path, sending, fresh);
    } catch (error) {
      const waitMs = repeatAfter(error, method, fresh, attempt);
      if (waitMs === undefined || attempt >= MAX_ATTEMPTS || Date.now() + waitMs > deadline) {
        throw toFailure(error, connection, sending.signal);
      }
      fresh = isClusterError(error, 401);
      await delay(waitMs, undefined, sending.signal ? { signal: sending.signal } : {});
    }
  }
}

/** How long to wait before doing it again; undefined when that would not help or could do it twice. */
function repeatAfter(
  error: unknown,
  method: HttpMethod,
  wasFresh: boolean,
  attempt: number,
): number | undefined {
  if (isClusterError(error, 401)) return wasFresh ? undefined : 0;
  if (isClusterError(error, 429)) return error.retryAfterMs ?? 500 * attempt;
  if (isClusterError(error, 503)) return error.retryAfterMs;
  return method === 'GET' && attempt === 1 && isClosedSocket(error) ? 0 : undefined;
}

/** The caller's own abort and our own errors stay as they are; what is left is the network's. */
function toFailure(error: unknown, connection: Connection, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true || error instanceof ClusterError || error instanceof LeaseEndedError)
    return error;
  const what = error instanceof Error ? error.message : String(error);
  return new ClusterError(`${connection.address} cannot be reached: ${what}`, {
    status: 0,
    reason: 'Unreachable',
    cause: error,
  });
}

function isClosedSocket(error: unknown): boolean {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

async function sendOnce(
  connection: Connection,
  method: HttpMethod,
  path: string,
  sending: Sending,
  fresh: boolean,
): Promise<Body> {
  const url = new URL(connection.settings.server.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(sending.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const timeoutMs = sending.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const credentials = await connection.settings.signIn(fresh);
  sending.beforeSend?.();
  const response = await request(url, {
    method,
    dispatcher: sending.streaming === true ? connection.long : connection.short,
    headersTimeout: timeoutMs,
    bodyTimeout: sending.streaming === true ? 0 : timeoutMs,
    ...(sending.signal ? { signal: sending.signal } : {}),
    headers: {
      accept: 'application/json, */*;q=0.5',
      'user-agent': USER_AGENT,
      ...(sending.body === undefined ? {} : { 'content-type': sending.contentType ?? 'application/json' }),
      ...credentials,
    },
    ...(sending.body === undefined ? {} : { body: JSON.stringify(sending.body) }),
  });
  if (response.statusCode >= 200 && response.statusCode < 300) return response.body;
  throw await toClusterError(response);
}

export async function sendJson(
  connection: Connection,
  method: HttpMethod,
  path: string,
  sending: Sending = {},
): Promise<unknown> {
  const body = await send(connection, method, path, sending);
  const text = await body.text().catch((error: unknown) => {
    throw toFailure(error, connection, sending.signal);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw notKubernetes(200, text);
  }
}

async function toClusterError(response: Dispatcher.ResponseData): Promise<ClusterError> {
  const status = response.statusCode;
  const text = await readUpTo(response.body, MAX_ERROR_BYTES);
  if (status >= 300 && status < 400) {
    const to = headerText(response.headers['location']) ?? 'another address';
    return new ClusterError(`The server redirects to ${to}`, { status, reason: 'Redirected' });
  }
  const retryAfterMs = retryAfter(headerText(response.headers['retry-after']));
  const body = parseStatus(text);
  if (body === undefined) {
    const plain = notKubernetes(status, text);
    return new ClusterError(plain.message, {
      status,
      // The API server answers some refusals in plain text (404 of an unknown path, 429, 503 of an aggregated API).
      reason: /^\s*</.test(text) ? 'NotKubernetes' : 'Unknown',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  const seconds = body.details.retryAfterSeconds;
  const wait = retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000);
  const { message, ...rest } = body;
  return new ClusterError(message, {
    status,
    ...rest,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

function notKubernetes(status: number, text: string): ClusterError {
  const start = text.trim().slice(0, 200);
  const message =
    start === '' ? `The answer ${status} is empty` : `The answer ${status} is not a Kubernetes one: ${start}`;
  return new ClusterError(message, { status, reason: 'NotKubernetes' });
}

function parseStatus(text: string): { reason: string; message: string; details: StatusDetails } | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null || Reflect.get(body, 'kind') !== 'Status') return undefined;
  const reason: unknown = Reflect.get(body, 'reason');
  const message: unknown = Reflect.get(body, 'message');
  const details: unknown = Reflect.get(body, 'details');
  return {
    reason: typeof reason === 'string' ? reason : 'Unknown',
    message: typeof message === 'string' ? message : text.slice(0, 500),
    // A Status' details are declared by the API server's own types; a missing member reads as undefined.
    details: typeof details === 'object' && details !== null ? details : {},
  };
}

function retryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header === undefined || !Number.isFinite(seconds) ? undefined : Math.min(seconds, 60) * 1000;
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** The first bytes of a body as text; the rest is not read. */
export async function readUpTo(body: Body, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Undici's body yields Buffers unless an encoding was set, which is not done here.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, limitBytes - size));
    size += chunk.length;
    if (size >= limitBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
