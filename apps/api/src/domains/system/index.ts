import { systemRoutes } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../platform/database.ts';
import { registerRoute } from '../../platform/route.ts';
import { readSandbox, watchSandbox } from './sandbox-status.ts';

export interface SystemDeps {
  readonly database: Database;
  readonly version: string;
  readonly sandboxStatusFile: string | undefined;
}

/** The installation itself, and the sandbox cluster beside it. */
export function createSystem({ database, version, sandboxStatusFile }: SystemDeps) {
  return {
    watchSandbox: (onChange: () => void) => watchSandbox(sandboxStatusFile, onChange),
    routes: (app: FastifyInstance) => {
      registerRoute(app, systemRoutes.info, async () => {
        const installation = await database.prisma.installation.findFirst();
        return { version, bootstrapped: (installation?.bootstrappedAt ?? null) !== null };
      });
      registerRoute(app, systemRoutes.sandbox, () => readSandbox(sandboxStatusFile));
    },
  };
}
