import type { KubernetesObject } from '@slipway/deploy-engine';

/** Where objects of one kind live. Without a namespace: all namespaces, or a cluster-scoped kind. */
export interface Collection {
  apiVersion: string;
  kind: string;
  namespace?: string;
}

/** One object. The namespace is left out for cluster-scoped kinds; for the others it must be there. */
export interface ObjectAddress extends Collection {
  name: string;
}

/** What discovery says of a kind. */
export interface ApiResource {
  /** Plural name in paths and access reviews: `deployments`. */
  name: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
}

export interface RequestOptions {
  signal?: AbortSignal;
  /** Until the answer's headers. Default 60 s. */
  timeoutMs?: number;
}

export interface ListOptions extends RequestOptions {
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects per page; the pages are read to the end. Default 500. */
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
  /** `scale`, `status`... */
  subresource?: string;
}

export interface PatchOptions extends WriteOptions {
  type: 'json' | 'merge' | 'strategic';
  fieldManager?: string;
  subresource?: string;
}

export interface DeleteOptions extends WriteOptions {
  /** Default `Background`. */
  propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** The delete fails with a conflict when the live object has another uid. */
  uid?: string;
  resourceVersion?: string;
  gracePeriodSeconds?: number;
}

/**
 * What a watch tells. It starts with `listed`, the collection as it is, and goes on for ever: after a lost connection or an expired
 * version it lists again and says `listed` once more. `bookmark`s are dealt with inside.
 */
export type WatchEvent =
  | { type: 'listed'; items: KubernetesObject[] }
  | { type: 'added' | 'modified' | 'deleted'; object: KubernetesObject };

export interface WatchOptions {
  labelSelector?: string;
  fieldSelector?: string;
  signal: AbortSignal;
  /** Called when the connection was lost and is tried again; the watch throws only for refusals (401, 403, 404, 405) and the signal. */
  onTrouble?: (error: unknown, retryInMs: number) => void;
}

export interface LogOptions extends RequestOptions {
  container?: string;
  follow?: boolean;
  previous?: boolean;
  tailLines?: number;
  /** ISO 8601. */
  sinceTime?: string;
  timestamps?: boolean;
  limitBytes?: number;
}

/** May the signed-in identity do this? */
export interface AccessQuestion {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
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
 * A Kubernetes API server as a task sees it. Objects go in and out as raw JSON: no field is dropped. Every refusal is a
 * `ClusterError`. Writes (apply, create, replace, patch, remove, and `json` with another method than GET) first assert the task's lease.
 */
export interface Cluster {
  /** `https://host:port`, for people. */
  readonly address: string;
  /** `v1.36.2` */
  version(options?: RequestOptions): Promise<string>;
  /** Null for a kind the server does not know; discovery is read again once before that is said. */
  resource(apiVersion: string, kind: string, options?: RequestOptions): Promise<ApiResource | null>;
  /** Null when absent (404 of an object, not of its kind). */
  get(address: ObjectAddress, options?: RequestOptions): Promise<KubernetesObject | null>;
  list(collection: Collection, options?: ListOptions): Promise<ObjectList>;
  watch(collection: Collection, options: WatchOptions): AsyncGenerator<WatchEvent, void, void>;
  /** Server-side apply with fieldValidation=Strict. */
  apply(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject>;
  create(
    object: KubernetesObject,
    options?: WriteOptions & { fieldManager?: string },
  ): Promise<KubernetesObject>;
  replace(
    object: KubernetesObject,
    options?: WriteOptions & { fieldManager?: string; subresource?: string },
  ): Promise<KubernetesObject>;
  patch(address: ObjectAddress, patch: unknown, options: PatchOptions): Promise<KubernetesObject>;
  /** The object as it was when its deletion began, or null when it was absent. */
  remove(address: ObjectAddress, options?: DeleteOptions): Promise<KubernetesObject | null>;
  /** The log as text, at most `limitBytes` (default 256 KiB); `follow` is only for `logLines`. */
  log(pod: { namespace: string; name: string }, options?: Omit<LogOptions, 'follow'>): Promise<string>;
  logLines(
    pod: { namespace: string; name: string },
    options?: LogOptions,
  ): AsyncGenerator<string, void, void>;
  mayI(question: AccessQuestion, options?: RequestOptions): Promise<boolean>;
  whoAmI(options?: RequestOptions): Promise<Identity>;
  /** Any other request, JSON in and out. */
  json(method: HttpMethod, path: string, request?: RawRequest): Promise<unknown>;
  /** The path of an object or collection, by discovery. Throws `ClusterError` with reason `UnknownKind`. */
  pathOf(target: Collection & { name?: string }, options?: RequestOptions): Promise<string>;
  close(): Promise<void>;
}
