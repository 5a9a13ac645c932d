import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

export interface HealthParts {
  /** `null` when the database answers and has every migration, else what is missing; rejects when it does not answer. */
  readonly checkDatabase: () => Promise<string | null>;
}

const READY_WITHIN_MS = 3_000;

/** `/healthz`: the process lives. `/readyz`: it can do its work. */
export const healthPlugin = fp(
  async (app: FastifyInstance, parts: HealthParts) => {
    app.get('/healthz', async (_request, reply) =>
      reply.header('cache-control', 'no-store').send({ status: 'ok' }),
    );
    app.get('/readyz', async (request, reply) => {
      const fault = await withDeadline(parts.checkDatabase()).catch((error: unknown) => {
        request.log.warn({ err: error }, 'not ready');
        return 'The database does not answer.';
      });
      void reply.header('cache-control', 'no-store').code(fault === null ? 200 : 503);
      return reply.send(fault === null ? { status: 'ready' } : { status: 'not-ready', fault });
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
