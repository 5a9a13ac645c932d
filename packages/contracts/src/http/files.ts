import { z } from 'zod';
import { PageQuerySchema, pageOf } from './page.ts';
import { TimestampSchema } from './view-fields.ts';
import { route } from './route.ts';

export const FileViewSchema = z
  .object({
    path: z.string(),
    size: z.int(),
    version: z.int(),
    contentType: z.string(),
    updatedAt: TimestampSchema,
  })
  .meta({ id: 'File' });
export type FileView = z.infer<typeof FileViewSchema>;

// `*` is the file's path below the scope, without the leading slash.
const PathParams = z.object({ '*': z.string() });
const base = { scope: 'S', tag: 'files' } as const;

export const fileRoutes = {
  list: route({
    ...base,
    operationId: 'listFiles',
    method: 'GET',
    path: '/files',
    summary: 'Files of the file store',
    permission: 'core_file_view',
    query: PageQuerySchema.extend({ prefix: z.string().optional() }),
    responses: { 200: pageOf(FileViewSchema) },
  }),
  get: route({
    ...base,
    operationId: 'getFile',
    method: 'GET',
    path: '/files/*',
    summary: 'The content of a file, as it was put',
    permission: 'core_file_view',
    params: PathParams,
    produces: ['application/octet-stream'],
    responses: { 200: z.unknown() },
  }),
  put: route({
    ...base,
    operationId: 'putFile',
    method: 'PUT',
    path: '/files/*',
    summary: 'Create or replace a file; honours If-Match',
    permission: 'core_file_edit',
    params: PathParams,
    rawBody: 'bytes',
    responses: { 200: FileViewSchema, 201: FileViewSchema },
  }),
  remove: route({
    ...base,
    operationId: 'deleteFile',
    method: 'DELETE',
    path: '/files/*',
    summary: 'Delete a file; refused while a document refers to it, unless force=true',
    permission: 'core_file_delete',
    params: PathParams,
    query: z.object({ force: z.stringbool().optional() }),
    responses: { 204: z.void() },
  }),
};
