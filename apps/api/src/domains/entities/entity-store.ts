import { scopeKey } from '@slipway/contracts';
import type { ActorRef, Connectivity, EntityKind } from '@slipway/contracts';
import { scopeFromKey } from '../../platform/access.ts';
import type { Prisma, Tx } from '../../platform/database.ts';
import { announce } from '../../platform/live.ts';
import type { EntityAddress, EntityContent, StoredEntity } from './entity.ts';
import { targetKey } from './references.ts';
import type { EntityTarget } from './references.ts';

type EntityRow = Awaited<ReturnType<Tx['entity']['findUniqueOrThrow']>>;

export function toEntity(row: EntityRow): StoredEntity {
  // The JSON columns hold what this file wrote into them.
  return {
    ...row,
    kind: row.kind as EntityKind,
    scope: scopeFromKey(row.scopeKey),
    tags: row.tags as Record<string, string>,
    document: row.document as Record<string, unknown>,
    connectivity: row.connectivity as Connectivity | null,
    createdBy: row.createdBy as ActorRef,
    updatedBy: row.updatedBy as ActorRef,
  };
}

const whereAddress = ({ kind, scope, parent, identifier }: EntityAddress) => ({
  kind_scopeKey_parent_identifier: { kind, scopeKey: scopeKey(scope), parent, identifier },
});

export async function findEntity(tx: Tx, address: EntityAddress): Promise<StoredEntity | null> {
  const row = await tx.entity.findUnique({ where: whereAddress(address) });
  return row && toEntity(row);
}

/** The same, with the row locked until the transaction ends, so that two writers take turns. */
export async function lockEntity(tx: Tx, address: EntityAddress): Promise<StoredEntity | null> {
  // Prisma has no FOR UPDATE.
  await tx.$queryRaw`select 1 from entity where kind = ${address.kind} and "scopeKey" = ${scopeKey(address.scope)}
    and parent = ${address.parent} and identifier = ${address.identifier} for update`;
  return findEntity(tx, address);
}

const columns = (content: EntityContent) => ({
  name: content.name,
  description: content.description,
  type: content.type,
  tags: content.tags,
  yaml: content.yaml,
  // A document is plain JSON: it came out of YAML.
  document: content.document as Prisma.InputJsonObject,
});

export async function insertEntity(
  tx: Tx,
  address: EntityAddress,
  content: EntityContent,
  actor: ActorRef,
): Promise<StoredEntity> {
  const { kind, scope, parent, identifier } = address;
  return toEntity(
    await tx.entity.create({
      data: {
        kind,
        scopeKey: scopeKey(scope),
        parent,
        identifier,
        ...columns(content),
        createdBy: actor,
        updatedBy: actor,
      },
    }),
  );
}

export async function updateEntity(
  tx: Tx,
  current: StoredEntity,
  content: EntityContent,
  actor: ActorRef,
): Promise<StoredEntity> {
  return toEntity(
    await tx.entity.update({
      where: { id: current.id },
      data: { ...columns(content), version: { increment: 1 }, updatedAt: new Date(), updatedBy: actor },
    }),
  );
}

/** What a test said about a connector. It is no change of the document: version and author stay. */
export async function keepConnectivity(
  tx: Tx,
  { id, kind, scope, identifier }: StoredEntity,
  connectivity: Connectivity,
): Promise<void> {
  await tx.entity.updateMany({
    where: { id },
    data: { connectivity: connectivity },
  });
  await announce(tx, scope, { topic: 'entity', kind, identifier });
}

export async function removeEntity(tx: Tx, id: string): Promise<void> {
  await tx.entity.delete({ where: { id } });
}

export async function replaceReferences(
  tx: Tx,
  fromId: string,
  targets: readonly EntityTarget[],
): Promise<void> {
  await tx.entityReference.deleteMany({ where: { fromId } });
  const distinct = new Map(targets.map((target) => [targetKey(target), target]));
  await tx.entityReference.createMany({
    data: [...distinct.values()].map((target) => ({
      fromId,
      targetKind: target.kind,
      targetScopeKey: scopeKey(target.scope),
      targetParent: target.parent,
      targetIdentifier: target.identifier,
    })),
  });
}

/** Infrastructures of an environment. */
export async function findChildren(tx: Tx, environment: EntityAddress): Promise<StoredEntity[]> {
  const rows = await tx.entity.findMany({
    where: { kind: 'infrastructure', scopeKey: scopeKey(environment.scope), parent: environment.identifier },
  });
  return rows.map(toEntity);
}
