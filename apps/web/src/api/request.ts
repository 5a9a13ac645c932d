import type { Problem } from '@slipway/contracts';
import { ApiError } from './api-error.ts';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly json?: unknown;
  /** A document or several, sent as application/yaml. */
  readonly yaml?: string | undefined;
  readonly bytes?: Blob | undefined;
  readonly ifMatch?: number | undefined;
  readonly accept?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** `?a=1&b=2` without what is undefined or empty; empty when nothing is left. */
export function queryString(query: Readonly<Record<string, unknown>> | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '')
      search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function bodyOf(options: RequestOptions): { body?: BodyInit; type?: string } {
  if (options.yaml !== undefined) return { body: options.yaml, type: 'application/yaml' };
  if (options.bytes !== undefined) return { body: options.bytes, type: 'application/octet-stream' };
  if (options.json !== undefined) return { body: JSON.stringify(options.json), type: 'application/json' };
  return {};
}

async function problemOf(response: Response): Promise<Problem | null> {
  if (!(response.headers.get('content-type') ?? '').includes('json')) return null;
  try {
    // The API's own error plugin writes these bodies; a proxy's page was ruled out by its type.
    return (await response.json()) as Problem;
  } catch {
    return null;
  }
}

/** One call of the API with the session cookie. Throws ApiError for every answer that is not a success. */
export async function send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
  const { body, type } = bodyOf(options);
  const headers = new Headers({ accept: options.accept ?? 'application/json' });
  if (type !== undefined) headers.set('content-type', type);
  if (options.ifMatch !== undefined) headers.set('if-match', `"${options.ifMatch}"`);
  if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
  let response: Response;
  try {
    response = await fetch(`${path}${queryString(options.query)}`, {
      method,
      headers,
      credentials: 'same-origin',
      body: body ?? null,
      signal: options.signal ?? null,
    });
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new ApiError(0, null, { cause });
  }
  if (!response.ok) throw new ApiError(response.status, await problemOf(response));
  return response;
}

export async function sendForJson<Answer>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const response = await send(method, path, options);
  // The contract of the operation says the shape; both ends are built from it.
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

export async function sendForText(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<string> {
  return (await send(method, path, options)).text();
}
