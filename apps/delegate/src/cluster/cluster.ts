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

/** What discovery says of a kind. */
export interface ResourceDescription {
  /** In paths and access reviews: `deployments`. */
  plural: string;
  namespaced: boolean;
  verbs: readonly string[];
}

export interface RequestOptions {
  signal?: AbortSignal;
  /** Until the answer's headers, and between two parts of its body. Default 60 s. */
  timeoutMs?: number;
}

export interface ListOptions extends RequestOptions {
  /** Left out: all namespaces, or a cluster-scoped kind. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Page size asked of the server (default 500); the answer holds all pages. */
  limit?: number;
}

export interface ObjectList {
  items: KubernetesObject[];
  resourceVersion: string;
}

export interface WriteOptions extends RequestOptions {
  dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  fieldManager: string;
  force?: boolean;
  subresource?: string;
}

export interface DeleteOptions extends WriteOptions {
  /** Precondition: an object of that name with another uid is left alone (409). */
  uid?: string;
  /** Default `Background`. */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
}

export type PatchType = 'json-patch' | 'merge-patch' | 'strategic-merge-patch';

export interface UpdateOptions extends WriteOptions {
  subresource?: string;
  fieldManager?: string;
}

/** What a watch delivers. `synced` follows the complete first list and every relist after a gap. */
export type WatchEvent =
  | { type: 'added' | 'modified' | 'deleted'; object: KubernetesObject }
  | { type: 'synced' };

export interface WatchOptions extends ListOptions {
  signal: AbortSignal;
  /** Told once when the `watch` right is missing and the kind is listed every 2 s instead. */
  onPolling?: () => void;
  /** Told when the connection was lost and is tried again. */
  onTrouble?: (error: unknown, retryInMs: number) => void;
}

export interface LogOptions extends RequestOptions {
  container?: string;
  previous?: boolean;
  tailLines?: number;
  /** ISO 8601. */
  sinceTime?: string;
  timestamps?: boolean;
  /** Default 256 KiB. */
  limitBytes?: number;
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

export interface Identity {
  username: string;
  groups: string[];
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RawRequest extends RequestOptions {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  contentType?: string;
}

/**
 * The narrow door through which tasks see a Kubernetes cluster. Objects go in and out as raw JSON: no field is dropped. Failures are
 * `ClusterError`. Whatever changes something (create, apply, replace, patch, delete, `json` with another method than GET) first
 * asserts the task's lease, again before each repetition, and throws `LeaseEndedError` without sending when it is gone.
 */
export interface Cluster {
  /** `https://host:port`, for people. */
  readonly address: string;
  /** `v1.36.2` */
  version(options?: RequestOptions): Promise<string>;
  /** Undefined when the server does not serve the kind (asked afresh before saying so). */
  resource(kind: KindReference, options?: RequestOptions): Promise<ResourceDescription | undefined>;
  /** Undefined when there is no such object. */
  get(reference: ObjectReference, options?: RequestOptions): Promise<KubernetesObject | undefined>;
  list(kind: KindReference, options?: ListOptions): Promise<ObjectList>;
  create(object: KubernetesObject, options?: WriteOptions & { fieldManager?: string }): Promise<KubernetesObject>;
  /** Server-side apply with strict field validation. */
  apply(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject>;
  replace(object: KubernetesObject, options?: UpdateOptions): Promise<KubernetesObject>;
  patch(reference: ObjectReference, type: PatchType, body: unknown, options?: UpdateOptions): Promise<KubernetesObject>;
  /** False when there was nothing to delete. */
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<boolean>;
  /**
   * Lists, then watches, for ever: reconnects, relists after 410 (with `deleted` for what has gone meanwhile), and polls every 2 s where
   * `watch` is not allowed. Ends only with its signal (silently) or by an error that no retry can heal.
   */
  watch(kind: KindReference, options: WatchOptions): AsyncGenerator<WatchEvent, void, void>;
  log(pod: { namespace: string; name: string }, options?: LogOptions): Promise<string>;
  /** Follows a log, line by line, until the container ends or the signal is given. */
  followLog(pod: { namespace: string; name: string }, options?: LogOptions): AsyncGenerator<string, void, void>;
  review(question: AccessQuestion, options?: RequestOptions): Promise<AccessAnswer>;
  /** Who the server takes us for (SelfSubjectReview). */
  whoAmI(options?: RequestOptions): Promise<Identity>;
  /** Any other request, JSON in and out. */
  json(method: HttpMethod, path: string, request?: RawRequest): Promise<unknown>;
  close(): Promise<void>;
}
