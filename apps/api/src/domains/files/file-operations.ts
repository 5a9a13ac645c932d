import { scopeKey } from '@slipway/contracts';
import type { FileView, Scope } from '@slipway/contracts';
import { toActorRef } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Prisma, Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';
import { listReferrers } from '../entities/index.ts';
import type { Page, PageRequest } from '../entities/index.ts';
import { resolveFileReference } from '../entities/index.ts';

export const maximumFileBytes = 4 * 1024 * 1024;

type FileRow = Prisma.Result<Tx['file'], { omit: { content: true } }, 'findUniqueOrThrow'>;

const withoutContent = { content: true } as const;

const toView = (row: FileRow): FileView => ({
  path: row.path,
  size: row.size,
  version: row.version,
  contentType: row.contentType,
  updatedAt: row.updatedAt.toISOString(),
});

export interface PutFile {
  readonly scope: Scope;
  readonly path: string;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly actor: Actor;
  readonly requestId: string;
  readonly ifMatch?: number | undefined;
}

export async function listFiles(
  tx: Tx,
  scope: Scope,
  request: PageRequest & { prefix?: string | undefined; search?: string | undefined },
): Promise<Page<FileView>> {
  const sort = parseSort(request.sort, ['path', 'updatedAt', 'size'], { field: 'path', direction: 'asc' });
  const isTime = sort.field === 'updatedAt';
  const query = keyset({
    sort,
    cursor: request.cursor,
    limit: request.limit,
    idField: 'path',
    ...(isTime ? { toColumn: (value) => new Date(value) } : {}),
  });
  const where: Prisma.FileWhereInput = {
    scopeKey: scopeKey(scope),
    AND: [
      request.prefix === undefined ? {} : { path: { startsWith: request.prefix } },
      request.search === undefined ? {} : { path: { contains: request.search, mode: 'insensitive' } },
    ],
  };
  const [rows, total] = await Promise.all([
    tx.file.findMany({ ...query, where: { AND: [where, query.where] }, omit: withoutContent }),
    tx.file.count({ where }),
  ]);
  const valueOf = (row: FileRow): string | number =>
    isTime ? row.updatedAt.toISOString() : sort.field === 'size' ? row.size : row.path;
  return toPage({
    rows,
    limit: request.limit,
    total,
    sort,
    positionOf: (row) => ({ value: valueOf(row), id: row.path }),
    toItem: toView,
  });
}

export async function getFile(
  tx: Tx,
  scope: Scope,
  path: string,
): Promise<{ content: Uint8Array; contentType: string; version: number }> {
  const row = await tx.file.findUnique({ where: { scopeKey_path: { scopeKey: scopeKey(scope), path } } });
  return row ?? fail('entity.not_found', `There is no file ${path} here.`);
}

export async function putFile(tx: Tx, put: PutFile): Promise<{ view: FileView; created: boolean }> {
  const key = { scopeKey: scopeKey(put.scope), path: put.path };
  await tx.$queryRaw`select 1 from file where "scopeKey" = ${key.scopeKey} and path = ${key.path} for update`;
  const current = await tx.file.findUnique({ where: { scopeKey_path: key } });
  checkVersion(put.path, current?.version, put.ifMatch);
  if (current && Buffer.compare(current.content, put.content) === 0)
    return { view: toView(current), created: false };
  const values = {
    content: put.content,
    size: put.content.byteLength,
    contentType: put.contentType,
    updatedAt: new Date(),
    updatedBy: toActorRef(put.actor),
  };
  const row = await tx.file.upsert({
    where: { scopeKey_path: key },
    create: { ...key, ...values },
    update: { ...values, version: { increment: 1 } },
    omit: withoutContent,
  });
  await recordFileChange(tx, put, current ? 'UPDATE' : 'CREATE');
  return { view: toView(row), created: !current };
}

function checkVersion(path: string, current: number | undefined, ifMatch: number | undefined): void {
  if (ifMatch === undefined || ifMatch === current) return;
  fail('entity.version_conflict', `File ${path} is at version ${current ?? 0}, not ${ifMatch}.`, {
    hint: 'Read it again, bring your change into what is there now, and save that.',
    details: current === undefined ? {} : { version: current },
  });
}

export interface RemoveFile {
  readonly scope: Scope;
  readonly path: string;
  readonly force: boolean;
  readonly actor: Actor;
  readonly requestId: string;
}

export async function removeFile(tx: Tx, request: RemoveFile): Promise<void> {
  const key = { scopeKey: scopeKey(request.scope), path: request.path };
  const current = await tx.file.findUnique({ where: { scopeKey_path: key }, omit: withoutContent });
  if (!current) fail('entity.not_found', `There is no file ${request.path} here.`);
  const referrers = await listReferrers(
    tx,
    { kind: 'file', scope: request.scope, parent: '', identifier: request.path },
    { limit: 20 },
  );
  if (referrers.total > 0 && !request.force) {
    fail(
      'entity.in_use',
      `File ${request.path} is used by ${referrers.items.map((item) => `${item.kind} ${item.identifier}`).join(', ')}.`,
      {
        hint: 'Change those first, or delete with ?force=true and leave their references broken.',
        details: {
          referrers: referrers.items.map(({ kind, identifier, name }) => ({ kind, identifier, name })),
          total: referrers.total,
        },
      },
    );
  }
  await tx.file.delete({ where: { scopeKey_path: key } });
  await recordFileChange(tx, request, referrers.total > 0 ? 'FORCE_DELETE' : 'DELETE');
}

const recordFileChange = (
  tx: Tx,
  { actor, requestId, path, scope }: Pick<PutFile, 'actor' | 'requestId' | 'path' | 'scope'>,
  action: string,
): Promise<void> => recordAudit(tx, { actor, requestId, action, kind: 'file', identifier: path, scope });

/** The files that `/x`, `org:/x` or `account:/x` names in a document of scope `from`: one, or all of a folder in order of path. */
export async function readFiles(
  tx: Tx,
  reference: string,
  from: Scope,
): Promise<{ path: string; content: string }[]> {
  const located = resolveFileReference(reference, from);
  if (!located) return [];
  const folder = located.path.endsWith('/') ? located.path : `${located.path}/`;
  const rows = await tx.file.findMany({
    where: {
      scopeKey: scopeKey(located.scope),
      OR: [{ path: located.path }, { path: { startsWith: folder } }],
    },
    orderBy: { path: 'asc' },
    select: { path: true, content: true },
  });
  return rows.map((row) => ({ path: row.path, content: Buffer.from(row.content).toString('utf8') }));
}
