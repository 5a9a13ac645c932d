import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { ProblemSchema } from '@slipway/contracts';
import type { RouteContract } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { exampleOf } from './examples.ts';

const problem = {
  description: 'What went wrong; /docs/errors explains each code',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
} as const;

const JSON_TYPE = 'application/json';

/** The OpenAPI document, made of the contracts, and its pages for people. */
export const openApiPlugin = fp(
  async (app: FastifyInstance, options: { version: string }) => {
    // Registered by its id, which the problems of all operations refer to.
    void ProblemSchema;
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Slipway',
          version: options.version,
          description:
            'Everything lives in a scope: the account (`/api/v1`), an organization or a project. Errors are `application/problem+json` with a stable `code`.',
        },
        components: {
          securitySchemes: {
            apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
            session: { type: 'apiKey', in: 'cookie', name: 'slipway_session' },
          },
        },
      },
      transform: (given) => describe(given),
      transformObject: jsonSchemaTransformObject,
    });
    await app.register(swaggerUi, {
      routePrefix: '/api/docs',
      // The page's own policy would replace ours; ours already allows what it needs.
      staticCSP: false,
      uiConfig: { deepLinking: true, docExpansion: 'none', layout: 'BaseLayout', tryItOutEnabled: false },
      theme: { title: 'Slipway: REST interface' },
    });
    app.get('/api/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  },
  { name: 'openapi', dependencies: ['problems'] },
);

type Transform = typeof jsonSchemaTransform;

/** What zod says of params, query, body and responses, and what the contract says besides. */
function describe(given: Parameters<Transform>[0]): ReturnType<Transform> {
  const contract = given.route.config?.contract;
  // The documentation's own routes and files have no contract.
  if (contract === undefined) return { schema: { hide: true }, url: given.url };
  const { schema, url } = jsonSchemaTransform(given);
  // JSON schemas by now, with at least these parts.
  const described = schema as Described;
  return {
    schema: { ...described, ...describeContract(contract, url, described) },
    url: url.replace(/\*$/, ':path'),
  };
}

interface Described {
  readonly params?: { readonly properties?: Record<string, unknown>; readonly required?: readonly string[] };
  readonly body?: Record<string, unknown>;
  readonly response?: Record<string, unknown>;
}

function describeContract(contract: RouteContract, url: string, schema: Described): Record<string, unknown> {
  const isPublic = contract.permission === 'public';
  const example = exampleOf(contract);
  const needs =
    isPublic || contract.permission === 'signed-in'
      ? ''
      : ` Needs \`${contract.permission}\` at the scope of the URL.`;
  return {
    operationId: `${contract.operationId}${scopeSuffix(contract, url)}`,
    summary: contract.summary,
    description: `${contract.summary}.${needs}`,
    tags: [contract.tag],
    security: isPublic ? [] : [{ apiKey: [] }, { session: [] }],
    ...(contract.rawBody === undefined ? {} : { body: rawBodyOf(contract.rawBody, example.request) }),
    ...(schema.body === undefined || example.request === undefined
      ? {}
      : {
          body: {
            content: { 'application/json': { schema: { ...schema.body, examples: [example.request] } } },
          },
        }),
    ...describeWildcard(schema),
    ...describeHeaders(contract),
    response: { ...describeResponses(contract, schema.response ?? {}, example.response), default: problem },
  };
}

/** The rest of an address is a parameter without a name of its own; in the document it is called `path`. */
function describeWildcard({ params }: Described): Record<string, unknown> {
  const { '*': rest, ...named } = params?.properties ?? {};
  if (rest === undefined) return {};
  const required = params?.required?.map((name) => (name === '*' ? 'path' : name)) ?? [];
  return { params: { ...params, properties: { ...named, path: rest }, required } };
}

function describeHeaders(contract: RouteContract): Record<string, unknown> {
  const properties = {
    ...(contract.method === 'PUT' || contract.method === 'DELETE'
      ? {
          'if-match': {
            type: 'string',
            description: 'Only if it is still at this version: the ETag of an answer',
          },
        }
      : {}),
    ...(contract.idempotent === true
      ? {
          'idempotency-key': {
            type: 'string',
            description: 'Repeats of this request with the same key get the first answer',
          },
        }
      : {}),
  };
  return Object.keys(properties).length === 0 ? {} : { headers: { type: 'object', properties } };
}

/** An operation exists once per scope, and every operation needs an id of its own. */
function scopeSuffix(contract: RouteContract, url: string): string {
  if (contract.scope !== 'S') return '';
  if (
    url.startsWith('/api/v1/orgs/:org/projects/:project') ||
    url.startsWith('/api/v1/orgs/{org}/projects/{project}')
  )
    return 'OfProject';
  return url.startsWith('/api/v1/orgs/:org') || url.startsWith('/api/v1/orgs/{org}') ? 'OfOrganization' : '';
}

/** The example goes into the schema: the document's maker moves it to where OpenAPI wants it. */
function rawBodyOf(kind: NonNullable<RouteContract['rawBody']>, example: unknown): Record<string, unknown> {
  const shown = example === undefined ? {} : { examples: [example] };
  if (kind === 'bytes') {
    return {
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary', ...shown } } },
    };
  }
  const yaml = { 'application/yaml': { schema: { type: 'string', ...shown } } };
  return {
    content: kind === 'documents' ? yaml : { ...yaml, 'application/json': { schema: { type: 'object' } } },
  };
}

function describeResponses(
  contract: RouteContract,
  response: Record<string, unknown>,
  example: unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => {
      if (status === '204') return [status, { type: 'null', description: 'Done' }];
      const shown = example === undefined || !status.startsWith('2') ? {} : { example };
      const content = Object.fromEntries(
        (contract.produces ?? [JSON_TYPE]).map((type) => [
          type,
          type === JSON_TYPE ? { schema, ...shown } : { schema: { type: 'string' } },
        ]),
      );
      return [status, { description: contract.summary, content }];
    }),
  );
}
