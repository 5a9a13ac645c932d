import type { Tx } from '../../platform/database.ts';

export interface Turn {
  readonly executionId: string;
  readonly node: string;
}

/**
 * Stands in the queue of a key; true when the turn has come at once. A lock on the key lets one at a time look and join: without
 * it two that join at the same moment would both see nobody before them.
 */
export async function takeTurn(tx: Tx, key: string, turn: Turn, now: Date): Promise<boolean> {
  await lockKey(tx, key);
  await tx.deploymentTurn.createMany({ data: [{ key, ...turn }], skipDuplicates: true });
  const first = await tx.deploymentTurn.findFirst({ where: { key }, orderBy: { id: 'asc' } });
  if (first === null || first.executionId !== turn.executionId || first.node !== turn.node) return false;
  await tx.deploymentTurn.updateMany({ where: { id: first.id, grantedAt: null }, data: { grantedAt: now } });
  return true;
}

/** Leaves the queue; whoever's turn has come by that. */
export async function releaseTurn(tx: Tx, turn: Turn, now: Date): Promise<Turn | null> {
  const mine = await tx.deploymentTurn.findUnique({ where: { executionId_node: turn } });
  if (mine === null) return null;
  await lockKey(tx, mine.key);
  await tx.deploymentTurn.delete({ where: { id: mine.id } });
  const next = await tx.deploymentTurn.findFirst({ where: { key: mine.key }, orderBy: { id: 'asc' } });
  if (next === null || next.grantedAt !== null) return null;
  await tx.deploymentTurn.update({ where: { id: next.id }, data: { grantedAt: now } });
  return { executionId: next.executionId, node: next.node };
}

async function lockKey(tx: Tx, key: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${key}, 11))`;
}
