import type { KubernetesObject } from '@slipway/deploy-engine';

/** A kind as written in a manifest; the client resolves it to a path by discovery. */
export interface KindReference {
  apiVersion: string;
  kind: string;
}

export interface ObjectReference extends KindReference {
  name: string;
  /** Left out for cluster-scoped kinds. */
  namespace?: string;
}

export interface ResourceDescription {
  plural: string;
  namespaced: boolean;
  verbs: readonly string[];
}

export interface ListOptions {
  /** Left out: all namespaces, or a cluster-scoped kind. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Page size asked of the server; the answer holds all pages. */
  limit?: number;
  signal?: AbortSignal;
}

export interface ObjectList {
  items: KubernetesObject[];
  resourceVersion: string;
}

export interface ApplyOptions {
  fieldManager: string;
  force?: boolean;
  dryRun?: boolean;
  signal?: AbortSignal;
}

export interface DeleteOptions {
  /** Precondition: an object of that name with another uid is left alone (409). */
  uid?: string;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  signal?: AbortSignal;
}

export type PatchType = 'json-patch' | 'merge-patch';

/** What a watch delivers. `synced` follows the complete first list and every relist after a gap. */
export type WatchEvent =
  | { type: 'added' | 'modified' | 'deleted'; object: KubernetesObject }
  | { type: 'synced' };

export interface LogOptions {
  container: string;
  previous?: boolean;
  tailLines?: number;
  limitBytes?: number;
  signal?: AbortSignal;
}

export interface AccessQuestion {
  group: string;
  resource: string;
  subresource?: string;
  verb: string;
  namespace?: string;
  name?: string;
}

export interface AccessAnswer {
  allowed: boolean;
  reason?: string;
}

/** The narrow door through which tasks see a Kubernetes cluster. Failures are `ClusterError`. */
export interface Cluster {
  /** Undefined when the server does not serve the kind (asked afresh before saying so). */
  resource(kind: KindReference, options?: { signal?: AbortSignal }): Promise<ResourceDescription | undefined>;
  /** Undefined when there is no such object. */
  get(reference: ObjectReference, options?: { signal?: AbortSignal }): Promise<KubernetesObject | undefined>;
  list(kind: KindReference, options?: ListOptions): Promise<ObjectList>;
  create(object: KubernetesObject, options?: { dryRun?: boolean; signal?: AbortSignal }): Promise<KubernetesObject>;
  /** Server-side apply with strict field validation. */
  apply(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject>;
  patch(
    reference: ObjectReference,
    type: PatchType,
    body: unknown,
    options?: { subresource?: string; fieldManager?: string; signal?: AbortSignal },
  ): Promise<KubernetesObject>;
  /** False when there was nothing to delete. */
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<boolean>;
  /**
   * Lists, then watches, for ever: reconnects, relists after 410, and polls every 2 s where `watch` is not
   * allowed. Ends only with its signal (silently) or by an error that no retry can heal.
   */
  watch(kind: KindReference, options: ListOptions & { signal: AbortSignal }): AsyncIterable<WatchEvent>;
  log(pod: { namespace: string; name: string }, options: LogOptions): Promise<string>;
  review(question: AccessQuestion, options?: { signal?: AbortSignal }): Promise<AccessAnswer>;
}

export interface ClusterErrorCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** A refusal by the API server (`status` is its HTTP code) or a failure to reach it (`status` 0). */
export class ClusterError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly causes: readonly ClusterErrorCause[];

  constructor(
    message: string,
    details: { status: number; reason: string; causes?: readonly ClusterErrorCause[]; cause?: unknown },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ClusterError';
    this.status = details.status;
    this.reason = details.reason;
    this.causes = details.causes ?? [];
  }
}
