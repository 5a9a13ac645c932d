import { randomBytes } from 'node:crypto';
import { delegateRoutes } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import { registerRoute } from '../../platform/route.ts';
import type { createDelegateOperations } from './delegate-operations.ts';
import { installDocument } from './install-document.ts';
import type { By, createTokenOperations } from './token-operations.ts';

export interface DelegateRouteParts {
  readonly operations: ReturnType<typeof createDelegateOperations>;
  readonly tokens: ReturnType<typeof createTokenOperations>;
  readonly baseUrl: string;
  readonly version: string;
}

export function registerDelegateRoutes(
  app: FastifyInstance,
  { operations, tokens, baseUrl, version }: DelegateRouteParts,
): void {
  registerRoute(app, delegateRoutes.list, ({ scope, query }) => operations.list(scope, query));
  registerRoute(app, delegateRoutes.install, async (request) => {
    const { name, profile, namespace, tags } = request.query;
    const token = await tokens.create(
      request.scope,
      `${name.slice(0, 50)}-${randomBytes(4).toString('hex')}`,
      byOf(request),
    );
    const body = installDocument({
      name,
      profile,
      namespace: namespace ?? 'default',
      tags: (tags ?? '')
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
      token: token.value,
      url: baseUrl,
      version,
    });
    return { body, headers: { 'content-type': 'application/yaml; charset=utf-8' } };
  });
  registerRoute(app, delegateRoutes.get, ({ scope, params }) => operations.get(scope, params.name));
  registerRoute(app, delegateRoutes.remove, async (request) => {
    await operations.remove(request.scope, request.params.name, byOf(request));
    return { body: undefined };
  });
  registerRoute(app, delegateRoutes.listTokens, ({ scope, query }) => tokens.list(scope, query));
  registerRoute(app, delegateRoutes.createToken, async (request) => ({
    status: 201,
    body: await tokens.create(request.scope, request.body.name, byOf(request)),
  }));
  registerRoute(app, delegateRoutes.revokeToken, (request) =>
    tokens.revoke(request.scope, request.params.name, byOf(request)),
  );
  registerRoute(app, delegateRoutes.removeToken, async (request) => {
    await tokens.remove(request.scope, request.params.name, byOf(request));
    return { body: undefined };
  });
}

function byOf({ actor, requestId }: Required<By>): By {
  return { actor, requestId };
}
