import { scopePrefixes } from '@slipway/contracts';
import type { RouteContract, RoutePermission, Scope } from '@slipway/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { z } from 'zod';
import type { Actor } from './access.ts';
import type { RawBody } from './body-parsers.ts';
import { fail } from './fail.ts';
import { hashRequest, parseIdempotencyKey, runOnce } from './idempotency.ts';
import type { Idempotency } from './idempotency.ts';
import { parseIfMatch } from './negotiation.ts';

/** Of a contract that declares none: an object of which no field can be named. */
type NoFields = Readonly<Record<string, never>>;
type Fields<Value> = Value extends z.ZodType ? z.output<Value> : NoFields;
type ParamsOf<C> = C extends { params: infer P } ? Fields<P> : NoFields;
type QueryOf<C> = C extends { query: infer Q } ? Fields<Q> : NoFields;
type BodyOf<C> = C extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
type RawBodyOf<C> = C extends { rawBody: string } ? RawBody : undefined;
type ViewOf<C> = C extends { responses: infer R }
  ? R[keyof R] extends infer S
    ? S extends z.ZodType
      ? z.input<S>
      : never
    : never
  : never;

/** What a handler is given: everything parsed and checked, nothing of the framework. */
export interface RouteRequest<C extends RouteContract> {
  readonly params: ParamsOf<C>;
  readonly query: QueryOf<C>;
  readonly body: BodyOf<C>;
  readonly rawBody: RawBodyOf<C>;
  /** Of the URL; it exists and the actor may do here what the route's permission says. */
  readonly scope: Scope;
  readonly actor: Actor;
  readonly requestId: string;
  readonly ifMatch: number | undefined;
  /** The `Accept` header; see `preferredType` and `wantsYaml`. */
  readonly accept: string | undefined;
  readonly ip: string;
  /** Of the session cookie, when the caller came with one. */
  readonly sessionToken: string | undefined;
  /** Of a contract with `idempotent`, when the caller gave a key: store the answer in the transaction of the change. */
  readonly idempotency: Idempotency | undefined;
}

/** Text and bytes are sent as they are, with the content type of `headers`. Without `status`: the contract's first one. */
export interface Answer<View> {
  readonly status?: number;
  readonly body: View | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export type RouteHandler<C extends RouteContract> = (
  request: RouteRequest<C>,
) => Promise<ViewOf<C> | Answer<ViewOf<C>>>;

export interface RouteExtras {
  /** Bytes of the largest body; see `bodyLimits` for the defaults. */
  readonly bodyLimit?: number;
}

const MIB = 1024 * 1024;
const bodyLimits = { json: MIB, document: 2 * MIB, documents: 8 * MIB, bytes: 8 * MIB } as const;

/**
 * Serves a contract at each of its scope prefixes. Who may call it is what the contract says: the gate checks it before the body is
 * read, and Fastify refuses to start with a route that says nothing.
 */
export function registerRoute<const C extends RouteContract>(
  app: FastifyInstance,
  contract: C,
  handler: RouteHandler<C>,
  extras: RouteExtras = {},
): void {
  for (const prefix of scopePrefixes[contract.scope]) {
    app.route(routeOptions({ app, contract, prefix, handler, extras }));
  }
}

interface Registration<C extends RouteContract> {
  readonly app: FastifyInstance;
  readonly contract: C;
  readonly prefix: string;
  readonly handler: RouteHandler<C>;
  readonly extras: RouteExtras;
}

function routeOptions<C extends RouteContract>({
  app,
  contract,
  prefix,
  handler,
  extras,
}: Registration<C>): RouteOptions {
  const limit = extras.bodyLimit ?? bodyLimits[contract.rawBody ?? 'json'];
  return {
    method: contract.method,
    url: `${prefix}${contract.path}`,
    bodyLimit: limit,
    config: {
      access: contract.permission,
      contract,
      ...(contract.rawBody === undefined ? {} : { rawBody: contract.rawBody }),
    },
    schema: schemaOf(contract, prefix),
    handler: async (request, reply) => {
      const given = toRouteRequest<C>(request, contract);
      const respond = async (idempotency: Idempotency | undefined): Promise<Answer<unknown>> =>
        toAnswer(await handler({ ...given, idempotency }));
      const key =
        contract.idempotent === true ? parseIdempotencyKey(request.headers['idempotency-key']) : undefined;
      const answer =
        key === undefined
          ? await respond(undefined)
          : await respondOnce(app, request, { key, contract, respond });
      return send(reply, contract, answer);
    },
  };
}

/** `/api/v1/orgs/:org/...` becomes organization and so on; such parameters are names, whatever else the contract says of them. */
function schemaOf(contract: RouteContract, prefix: string): Record<string, unknown> {
  const scopeParams = Object.fromEntries(
    [...prefix.matchAll(/:(\w+)/g)].map((match) => [match[1], z.string()]),
  );
  const params = (contract.params ?? z.object({})).extend(scopeParams);
  return {
    params,
    ...(contract.query === undefined ? {} : { querystring: contract.query }),
    ...(contract.body === undefined ? {} : { body: contract.body }),
    response: contract.responses,
  };
}

function toRouteRequest<C extends RouteContract>(request: FastifyRequest, contract: C): RouteRequest<C> {
  // Parsed by the schemas of this very contract, which the types are inferred from.
  const parsed = {
    params: request.params,
    query: request.query,
    body: contract.rawBody === undefined ? request.body : undefined,
    rawBody: contract.rawBody === undefined ? undefined : requireRawBody(request),
  } as Pick<RouteRequest<C>, 'params' | 'query' | 'body' | 'rawBody'>;
  const { actor, scope, sessionToken } = request.caller;
  return {
    ...parsed,
    scope,
    actor,
    sessionToken,
    requestId: request.id,
    ifMatch: parseIfMatch(request.headers['if-match']),
    accept: request.headers.accept,
    ip: request.ip,
    idempotency: undefined,
  };
}

function requireRawBody(request: FastifyRequest): unknown {
  if (request.body !== undefined && request.body !== null) return request.body;
  // A file may be empty; a document may not.
  if (request.routeOptions.config.rawBody === 'bytes')
    return { bytes: Buffer.alloc(0), text: '', contentType: '' } satisfies RawBody;
  return fail('request.malformed', 'The request has no body.');
}

async function respondOnce(
  app: FastifyInstance,
  request: FastifyRequest,
  call: {
    key: string;
    contract: RouteContract;
    respond: (idempotency: Idempotency) => Promise<Answer<unknown>>;
  },
): Promise<Answer<unknown>> {
  const { actor } = request.caller;
  const identity = {
    key: call.key,
    actorId: `${actor.type}/${actor.id}`,
    operation: `${call.contract.operationId} ${request.url.split('?', 1)[0]}`,
    requestHash: hashRequest(request.body),
  };
  return runOnce(app.parts.database, identity, async (idempotency) => {
    const { status, body } = await call.respond(idempotency);
    return { status: status ?? firstStatus(call.contract), body };
  });
}

const answerFields: ReadonlySet<string> = new Set(['status', 'body', 'headers']);

/** No view of the API has a field `body`, so that the two cannot be mistaken for each other. */
function toAnswer(result: unknown): Answer<unknown> {
  const isAnswer =
    typeof result === 'object' &&
    result !== null &&
    'body' in result &&
    Object.keys(result).every((key) => answerFields.has(key));
  return isAnswer ? result : { body: result };
}

function firstStatus(contract: RouteContract): number {
  return Number(Object.keys(contract.responses)[0] ?? 200);
}

function send(reply: FastifyReply, contract: RouteContract, answer: Answer<unknown>): FastifyReply {
  void reply.code(answer.status ?? firstStatus(contract));
  for (const [name, value] of Object.entries(answer.headers ?? {})) void reply.header(name, value);
  const { body } = answer;
  if (
    typeof body === 'object' &&
    body !== null &&
    'version' in body &&
    typeof body.version === 'number' &&
    !reply.hasHeader('etag')
  ) {
    void reply.header('etag', `"${body.version}"`);
  }
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  return body === undefined
    ? reply.send()
    : reply.send(body instanceof Uint8Array ? Buffer.from(body) : body);
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RoutePermission;
    contract?: RouteContract;
    rawBody?: NonNullable<RouteContract['rawBody']>;
  }
}
