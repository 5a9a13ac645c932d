import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

/** One line per answered request. The route's pattern instead of the address: a query may hold anything. */
export const requestLogPlugin = fp(
  async (app: FastifyInstance) => {
    app.addHook('onRequest', async (request, reply) => {
      void reply.header('x-request-id', request.id);
    });
    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url;
      if (route === '/healthz' || route === '/readyz') return;
      const actor = request.caller?.actor;
      request.log.info(
        {
          method: request.method,
          route: route ?? 'none',
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
          ip: request.ip,
          ...(actor === undefined ? {} : { actor: `${actor.type}/${actor.id}` }),
        },
        'answered',
      );
    });
  },
  { name: 'request-log' },
);
