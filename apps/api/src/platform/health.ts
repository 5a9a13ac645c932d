import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

export interface HealthParts {
  /** Resolves when the database answers and has every migration; rejects or says what is missing otherwise. */
  checkDatabase(): Promise<'ok' | string>;
}

const READY_WITHIN_MS = 3_000;

/** `/healthz`: the process lives. `/readyz`: it can do its work. */
export const healthPlugin = fp(
  async (app: FastifyInstance, parts: HealthParts) => {
    app.get('/healthz', async (_request, reply) =>
      reply.header('cache-control', 'no-store').send({ status: 'ok' }),
    );
    app.get('/readyz', async (request, reply) => {
      const database = await withDeadline(parts.checkDatabase()).catch((error: unknown) => {
        request.log.warn({ err: error }, 'not ready');
        return 'The database does not answer.';
      });
      void reply.header('cache-control', 'no-store').code(database === 'ok' ? 200 : 503);
      return reply.send({ status: database === 'ok' ? 'ready' : 'not-ready', database });
    });
  },
  { name: 'health' },
);

function withDeadline<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${READY_WITHIN_MS} ms`)),
    READY_WITHIN_MS,
  );
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
