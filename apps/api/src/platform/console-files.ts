import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError } from './fail.ts';
import { preferredType } from './negotiation.ts';
import { sendProblem } from './problem.ts';

const FOR_EVER = 'public, max-age=31536000, immutable';

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
          const isAsset = path.relative(root, file).startsWith(`assets${path.sep}`);
          void reply.header('cache-control', isAsset ? FOR_EVER : 'no-cache');
        },
      });
      serveScripts(app, path.join(root, 'assets'));
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

const compressible: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Scripts and styles are sent compressed, each compressed once; everything else of `assets/` as it is. */
function serveScripts(app: FastifyInstance, folder: string): void {
  // Only names that were there at the start are opened, so that no address leads out of the folder.
  const names = new Set(existsSync(folder) ? readdirSync(folder) : []);
  const compressed = new Map<string, Promise<Buffer>>();
  app.get('/assets/:name', async (request, reply) => {
    // The pattern has one parameter, which is text.
    const { name } = request.params as { name: string };
    if (!names.has(name)) return reply.callNotFound();
    const type = compressible[path.extname(name)];
    if (type === undefined) return reply.sendFile(`assets/${name}`);
    void reply.header('vary', 'accept-encoding');
    if (!takesGzip(request)) return reply.sendFile(`assets/${name}`);
    const bytes = compressed.get(name) ?? compress(path.join(folder, name));
    compressed.set(name, bytes);
    return reply
      .type(type)
      .headers({ 'cache-control': FOR_EVER, 'content-encoding': 'gzip' })
      .send(await bytes);
  });
}

async function compress(file: string): Promise<Buffer> {
  return promisify(gzip)(await readFile(file), { level: 9 });
}

function takesGzip(request: FastifyRequest): boolean {
  const accepted = request.headers['accept-encoding'];
  return typeof accepted === 'string' && preferredType(accepted, ['identity', 'gzip']) === 'gzip';
}

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
