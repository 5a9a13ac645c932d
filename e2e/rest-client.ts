import { type ExecutionNode, type ExecutionView, type Status, isTerminal } from '@slipway/contracts';

/** An answer of the REST interface. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `undefined` when the body is not JSON. */
  // Tests name the fields they look at, and fail where one is missing.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface RestRequest {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, as `application/yaml` unless the headers say otherwise. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Speaks to an installation as a program with an API key does. Paths are below `/api/v1`, or whole from `/api` on. */
export interface RestClient {
  request(method: string, path: string, options?: RestRequest): Promise<RestAnswer>;
  get(path: string, options?: RestRequest): Promise<RestAnswer>;
  post(path: string, options?: RestRequest): Promise<RestAnswer>;
  put(path: string, options?: RestRequest): Promise<RestAnswer>;
  /** Saves the documents of one stream in the default project; throws what is wrong with them. */
  apply(documents: string): Promise<void>;
  /** Starts a pipeline of the default project; gives the execution's id. */
  run(pipeline: string): Promise<string>;
  execution(executionId: string): Promise<ExecutionView>;
  /** Reads an execution until `found` gives something; throws with what was there last when it ends or the time is over. */
  until<T>(
    executionId: string,
    found: (execution: ExecutionView) => T | undefined,
    timeoutMs?: number,
    everyMs?: number,
  ): Promise<T>;
  /** Waits for its end, reading it so often (100 ms); each reading costs the server something. */
  ended(executionId: string, timeoutMs?: number, everyMs?: number): Promise<ExecutionView>;
  /** Waits until the local delegate can be given work. */
  delegateConnected(): Promise<void>;
}

/** The project that every first start makes, below `/api/v1`. */
export const defaultProject = '/orgs/default/projects/default';

export function restClient({ baseUrl, apiKey }: { baseUrl: string; apiKey?: string }): RestClient {
  const request: RestClient['request'] = async (method, path, { json, text, headers } = {}) => {
    const payload = json === undefined ? text : JSON.stringify(json);
    const type = json === undefined ? 'application/yaml' : 'application/json';
    const answer = await fetch(`${baseUrl}${path.startsWith('/api') ? '' : '/api/v1'}${path}`, {
      method,
      headers: {
        ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
        ...(payload === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
      signal: AbortSignal.timeout(30_000),
    });
    const body = await answer.text();
    const isJson = /^application\/(?:problem\+)?json/.test(answer.headers.get('content-type') ?? '');
    return {
      status: answer.status,
      headers: answer.headers,
      text: body,
      body: isJson && body !== '' ? JSON.parse(body) : undefined,
    };
  };
  const expectStatus = async (wanted: number, answer: Promise<RestAnswer>): Promise<RestAnswer> => {
    const got = await answer;
    if (got.status !== wanted) throw new Error(`${got.status} instead of ${wanted}: ${got.text}`);
    return got;
  };
  const execution = async (executionId: string): Promise<ExecutionView> =>
    (await expectStatus(200, request('GET', `${defaultProject}/executions/${executionId}`))).body;
  const until: RestClient['until'] = async (executionId, found, timeoutMs = 90_000, everyMs = 100) => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const seen = await execution(executionId);
      const result = found(seen);
      if (result !== undefined) return result;
      if (isTerminal(seen.status) || Date.now() > deadline)
        throw new Error(`the execution came to this instead: ${JSON.stringify(seen, undefined, 2)}`);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
  return {
    request,
    get: (path, options) => request('GET', path, options),
    post: (path, options) => request('POST', path, options),
    put: (path, options) => request('PUT', path, options),
    apply: async (documents) => {
      await expectStatus(200, request('POST', `${defaultProject}/apply`, { text: documents }));
    },
    run: async (pipeline) => {
      const started = request('POST', `${defaultProject}/pipelines/${pipeline}/executions`, { json: {} });
      return String((await expectStatus(201, started)).body.executionId);
    },
    execution,
    until,
    ended: (executionId, timeoutMs, everyMs) =>
      until(executionId, (seen) => (isTerminal(seen.status) ? seen : undefined), timeoutMs, everyMs),
    delegateConnected: async () => {
      const deadline = Date.now() + 30_000;
      for (;;) {
        const { items } = (await expectStatus(200, request('GET', '/delegates'))).body;
        if (items.some(({ connected }: { connected: boolean }) => connected)) return;
        if (Date.now() > deadline) throw new Error(`no delegate is connected: ${JSON.stringify(items)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

/** Every node of an execution, parents before their children. */
export function nodesOf(execution: ExecutionView): ExecutionNode[] {
  const withChildren = (node: ExecutionNode): ExecutionNode[] => [
    node,
    ...node.children.flatMap(withChildren),
  ];
  return execution.nodes.flatMap(withChildren);
}

/** The node with this path; throws when there is none. */
export function nodeOf(execution: ExecutionView, path: string): ExecutionNode {
  const nodes = nodesOf(execution);
  const found = nodes.find(({ node }) => node === path);
  if (found !== undefined) return found;
  throw new Error(`no node ${path} among ${nodes.map(({ node }) => node).join(', ')}`);
}

/** Path and status of every node, to compare as a whole. */
export function outlineOf(execution: ExecutionView): Record<string, Status> {
  return Object.fromEntries(nodesOf(execution).map(({ node, status }) => [node, status]));
}
