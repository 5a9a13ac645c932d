import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError, fail } from './fail.ts';

/** A body as it came, for routes that read documents or files. */
export interface RawBody {
  readonly bytes: Buffer;
  /** The bytes as UTF-8; fails with `request.malformed` when they are not. */
  readonly text: string;
  /** Without parameters, in lower case; empty when the request names none. */
  readonly contentType: string;
}

const yamlTypes: ReadonlySet<string> = new Set([
  'application/yaml',
  'application/x-yaml',
  'text/yaml',
  'text/x-yaml',
  'application/vnd.yaml',
]);

export function isYaml(contentType: string): boolean {
  return yamlTypes.has(contentType);
}

/**
 * One parser for every content type, since what is accepted depends on the route: JSON for routes with a body schema, YAML or JSON as
 * text for documents, anything for files.
 */
export const bodyParsersPlugin = fp(
  async (app: FastifyInstance) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, bytes: Buffer) => {
      const contentType = mediaType(request.headers['content-type']);
      const wanted = request.routeOptions.config.rawBody;
      if (wanted === 'bytes') return rawBody(bytes, contentType);
      if (wanted !== undefined) {
        if (!isYaml(contentType) && contentType !== 'application/json')
          failMediaType(contentType, 'application/yaml or application/json');
        return rawBody(bytes, contentType);
      }
      if (contentType !== 'application/json') {
        // A request without a body may carry any content type, or none.
        if (bytes.length === 0) return undefined;
        failMediaType(contentType, 'application/json');
      }
      return bytes.length === 0 ? undefined : parseJson(decode(bytes));
    });
  },
  { name: 'body-parsers' },
);

function rawBody(bytes: Buffer, contentType: string): RawBody {
  return {
    bytes,
    contentType,
    get text(): string {
      return decode(bytes);
    },
  };
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function decode(bytes: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('request.malformed', 'The body is not valid UTF-8.', { cause });
  }
  // Neither JSON nor YAML may hold it, and Postgres cannot store it.
  if (text.includes('\u0000')) fail('request.malformed', 'The body holds a NUL character.');
  return text;
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    // `__proto__` as a key would otherwise become a prototype wherever the value is spread or assigned.
    value = JSON.parse(text, (key, inner: unknown) => (key === '__proto__' ? undefined : inner));
  } catch (cause) {
    throw new AppError('request.malformed', 'The body is not valid JSON.', { cause });
  }
  if (text.includes('\\u0000')) fail('request.malformed', 'The body holds a NUL character.');
  return value;
}

function failMediaType(contentType: string, accepted: string): never {
  const given =
    contentType === '' ? 'The request names no content type' : `${contentType} is not accepted here`;
  fail('request.unsupported_media_type', `${given}; send ${accepted}.`);
}
