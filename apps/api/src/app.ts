import cookie from '@fastify/cookie';
import Fastify, { LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { bodyParsersPlugin } from './platform/body-parsers.ts';
import type { Config } from './platform/config.ts';
import { consoleFilesPlugin } from './platform/console-files.ts';
import { errorPagePlugin } from './platform/error-page.ts';
import { gatePlugin } from './platform/gate.ts';
import type { GateParts } from './platform/gate.ts';
import { healthPlugin } from './platform/health.ts';
import type { HealthParts } from './platform/health.ts';
import type { Logger } from './platform/log.ts';
import { openApiPlugin } from './platform/openapi/openapi.ts';
import { problemPlugin, sendProblem, toAppError } from './platform/problem.ts';
import { requestLogPlugin } from './platform/request-log.ts';
import { securityHeadersPlugin } from './platform/security-headers.ts';

/** What anybody may ask for without a contract: health, the documentation, the console's files. */
const publicAddresses = [
  /^\/healthz$/,
  /^\/readyz$/,
  /^\/docs\/errors$/,
  /^\/api\/docs(\/.*)?$/,
  /^\/api\/v1\/openapi\.json$/,
  /^\/\*?$/,
  /^\/assets\/:name$/,
] as const;

export interface AppParts extends GateParts {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  readonly health: HealthParts;
  /** Each registers the routes of one domain. */
  readonly domains: readonly ((app: FastifyInstance) => void)[];
}

/** The HTTP server with every route, not yet listening. */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  // By the interface that Fastify declares, so that the instance has the type everybody names.
  const log: FastifyBaseLogger = parts.log;
  const app = Fastify({
    loggerInstance: log,
    // Our own line, with chosen fields, stands in request-log.ts.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    trustProxy: parts.config.trustedProxies.length === 0 ? false : [...parts.config.trustedProxies],
    requestIdHeader: false,
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    // What cannot even be routed, such as an address with a broken escape.
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toAppError(error)),
    // A slow sender holds a connection no longer than this.
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: false },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(problemPlugin);
  await app.register(requestLogPlugin);
  await app.register(securityHeadersPlugin, { https: parts.config.baseUrl.startsWith('https:') });
  await app.register(cookie);
  await app.register(bodyParsersPlugin);
  await app.register(gatePlugin, { parts, publicAddresses });
  await app.register(openApiPlugin, { version: parts.version });
  await app.register(errorPagePlugin);
  await app.register(healthPlugin, parts.health);
  await app.register(async (domains) => {
    for (const register of parts.domains) register(domains);
  });
  await app.register(consoleFilesPlugin, { webDir: parts.config.webDir });
  return app;
}

/** The caller's own id, when it is one that can stand in a log and a header. */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{4,64}$/.test(header) ? header : crypto.randomUUID();
}
