import { Agent, request, type Dispatcher } from 'undici';

/** A refusal of the API server. `reason` is Kubernetes' own word for it (`NotFound`, `Forbidden`, ...). */
export class ApiRefusal extends Error {
  override name = 'ApiRefusal';
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** A small client for one API server: enough for the sandbox itself and for tests that look at the cluster. */
export interface ApiClient {
  /** The parsed answer; throws `ApiRefusal` for every status from 400 on. */
  json(method: ApiMethod, path: string, body?: unknown, options?: ApiRequestOptions): Promise<unknown>;
  text(method: ApiMethod, path: string, options?: ApiRequestOptions): Promise<string>;
  /** Each line of a watch or a followed log, until the server or the signal ends it. */
  lines(path: string, signal: AbortSignal): AsyncGenerator<string>;
  close(): Promise<void>;
}

export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequestOptions {
  contentType?: string;
  userAgent?: string;
  timeoutMs?: number;
}

/** Who the client is: a client certificate, a bearer token, or nobody. */
export interface ApiCredentials {
  certificatePem?: string;
  privateKeyPem?: string;
  token?: string;
}

/** Connects to an API server whose certificate is signed by `caPem`. */
export function createApiClient(options: {
  apiServerUrl: string;
  caPem: string;
  credentials: ApiCredentials;
}): ApiClient {
  const { certificatePem, privateKeyPem, token } = options.credentials;
  const agent = new Agent({
    connections: 32,
    connect: {
      ca: options.caPem,
      ...(certificatePem === undefined ? {} : { cert: certificatePem }),
      ...(privateKeyPem === undefined ? {} : { key: privateKeyPem }),
    },
  });
  const send = async (
    method: ApiMethod,
    path: string,
    extra: { body?: unknown; options?: ApiRequestOptions; signal?: AbortSignal },
  ): Promise<Dispatcher.ResponseData> => {
    const response = await request(`${options.apiServerUrl}${path}`, {
      method,
      dispatcher: agent,
      headersTimeout: extra.options?.timeoutMs ?? 30_000,
      // A watch may be silent for as long as it likes.
      bodyTimeout: extra.signal ? 0 : 30_000,
      ...(extra.signal ? { signal: extra.signal } : {}),
      headers: {
        accept: 'application/json, */*',
        'user-agent': extra.options?.userAgent ?? 'slipway-sandbox',
        ...(extra.body === undefined
          ? {}
          : { 'content-type': extra.options?.contentType ?? 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(extra.body === undefined ? {} : { body: JSON.stringify(extra.body) }),
    });
    if (response.statusCode >= 400) throw toRefusal(response.statusCode, await response.body.text());
    return response;
  };
  return {
    json: async (method, path, body, requestOptions) => {
      const response = await send(method, path, {
        body,
        ...(requestOptions ? { options: requestOptions } : {}),
      });
      return response.body.json();
    },
    text: async (method, path, requestOptions) => {
      const response = await send(method, path, requestOptions ? { options: requestOptions } : {});
      return response.body.text();
    },
    lines: async function* (path, signal) {
      const response = await send('GET', path, { signal });
      yield* splitLines(response.body);
    },
    close: () => agent.destroy(),
  };
}

async function* splitLines(body: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += chunk instanceof Uint8Array ? decoder.decode(chunk, { stream: true }) : String(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function toRefusal(status: number, text: string): ApiRefusal {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return new ApiRefusal(status, 'Unknown', text.slice(0, 500));
  }
  const field = (name: string): string | undefined => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return new ApiRefusal(status, field('reason') ?? 'Unknown', field('message') ?? text.slice(0, 500));
}
