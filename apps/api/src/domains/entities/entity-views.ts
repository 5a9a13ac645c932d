import type { EntitySummary, EntityView } from '@slipway/contracts';
import { toScopeRef } from '../../platform/access.ts';
import type { StoredEntity } from './entity.ts';

export function toSummary(entity: StoredEntity): EntitySummary {
  return {
    kind: entity.kind,
    identifier: entity.identifier,
    name: entity.name,
    ...(entity.description ? { description: entity.description } : {}),
    tags: entity.tags,
    type: entity.type,
    scope: toScopeRef(entity.scope),
    ...(entity.parent === '' ? {} : { environment: entity.parent }),
    version: entity.version,
    createdAt: entity.createdAt.toISOString(),
    createdBy: entity.createdBy,
    updatedAt: entity.updatedAt.toISOString(),
    updatedBy: entity.updatedBy,
    ...(entity.kind === 'connector'
      ? { connectivity: entity.connectivity ?? { status: 'UNKNOWN' as const } }
      : {}),
  };
}

export function toView(entity: StoredEntity, warnings: readonly string[] = []): EntityView {
  return {
    ...toSummary(entity),
    yaml: entity.yaml,
    ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
  };
}
