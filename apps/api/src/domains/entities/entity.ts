import type { ActorRef, Connectivity, EntityKind, Scope } from '@slipway/contracts';

export interface EntityAddress {
  readonly kind: EntityKind;
  readonly scope: Scope;
  /** The environment of an infrastructure, else empty. */
  readonly parent: string;
  readonly identifier: string;
}

/** A saved document with what is known of it. */
export interface StoredEntity extends EntityAddress {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly yaml: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly connectivity: Connectivity | null;
  readonly createdAt: Date;
  readonly createdBy: ActorRef;
  readonly updatedAt: Date;
  readonly updatedBy: ActorRef;
}

export type EntityContent = Pick<
  StoredEntity,
  'name' | 'description' | 'type' | 'tags' | 'yaml' | 'document'
>;
