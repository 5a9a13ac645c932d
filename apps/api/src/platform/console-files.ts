import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from './fail.ts';
import { sendProblem } from './problem.ts';

const ONE_YEAR_S = 31_536_000;

/**
 * Serves the built console. Its own addresses are all answered with the index page; what names an API or a file that is not there is
 * 404. Files under `assets/` carry their content's hash in the name and never change.
 */
export const consoleFilesPlugin = fp(
  async (app: FastifyInstance, options: { webDir: string | undefined }) => {
    const root = options.webDir === undefined ? undefined : path.resolve(options.webDir);
    const built = root !== undefined && existsSync(path.join(root, 'index.html'));
    if (built) {
      await app.register(fastifyStatic, {
        root,
        prefix: '/',
        // Dot files are never part of a build.
        dotfiles: 'ignore',
        cacheControl: false,
        setHeaders: (reply, file) => {
          const immutable = path.relative(root, file).startsWith(`assets${path.sep}`);
          void reply.header(
            'cache-control',
            immutable ? `public, max-age=${ONE_YEAR_S}, immutable` : 'no-cache',
          );
        },
      });
    }
    app.setNotFoundHandler((request, reply) => {
      if (built && isPage(request)) return sendIndex(reply);
      return sendProblem(
        reply,
        new AppError('route.not_found', `${request.method} ${pathOf(request)} leads nowhere.`),
      );
    });
  },
  { name: 'console-files', dependencies: ['problems'] },
);

function isPage(request: FastifyRequest): boolean {
  const wanted = pathOf(request);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const isOurs =
    wanted.startsWith('/api/') || wanted.startsWith('/socket.io/') || wanted.startsWith('/assets/');
  return reads && !isOurs && (request.headers.accept ?? '').includes('text/html');
}

function sendIndex(reply: FastifyReply): FastifyReply {
  return reply.code(200).sendFile('index.html');
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
