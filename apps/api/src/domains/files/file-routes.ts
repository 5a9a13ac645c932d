import { fileRoutes } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../platform/database.ts';
import { registerRoute } from '../../platform/route.ts';
import { getFile, listFiles, maximumFileBytes, putFile, removeFile } from './file-operations.ts';
import { toFilePath } from './file-path.ts';

export function registerFileRoutes(
  app: FastifyInstance,
  { database }: { readonly database: Database },
): void {
  registerRoute(app, fileRoutes.list, ({ query, scope }) => listFiles(database.prisma, scope, query));

  registerRoute(app, fileRoutes.get, async ({ params, scope }) => {
    const file = await getFile(database.prisma, scope, toFilePath(params['*']));
    return {
      body: file.content,
      headers: {
        'content-type': file.contentType,
        etag: `"${file.version}"`,
        // Whatever was uploaded is never shown as a page of the console's own origin.
        'content-disposition': 'attachment',
        'content-security-policy': "default-src 'none'; sandbox",
      },
    };
  });

  registerRoute(
    app,
    fileRoutes.put,
    async ({ params, rawBody, scope, actor, requestId, ifMatch }) => {
      const contentType = rawBody.contentType === '' ? 'application/octet-stream' : rawBody.contentType;
      const content = new Uint8Array(rawBody.bytes);
      const put = { scope, path: toFilePath(params['*']), content, contentType, actor, requestId, ifMatch };
      const { view, created } = await database.transaction((tx) => putFile(tx, put));
      return { status: created ? 201 : 200, body: view };
    },
    { bodyLimit: maximumFileBytes },
  );

  registerRoute(app, fileRoutes.remove, async ({ params, query, scope, actor, requestId }) => {
    const request = { scope, path: toFilePath(params['*']), force: query.force ?? false, actor, requestId };
    await database.transaction((tx) => removeFile(tx, request));
    return { status: 204, body: undefined };
  });
}
