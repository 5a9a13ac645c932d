import { randomUUID } from 'node:crypto';
import {
  answerTimeoutMs,
  delegateMessages,
  delegateNamespace,
  heartbeatIntervalMs,
  protocolVersion,
  serverMessages,
  taskKinds,
} from '@slipway/contracts';
import type {
  DelegateAnswer,
  DelegateMessage,
  DelegateRequest,
  Goodbye,
  Hello,
  LogEntry,
  Progress,
  TaskAttempt,
  TaskKind,
  TaskOutcome,
  TaskSpec,
  Welcome,
} from '@slipway/contracts';
import { io } from 'socket.io-client';

/** A task as the script of a test sees it. */
export interface ScriptedTask {
  readonly taskId: string;
  readonly attempt: number;
  readonly spec: TaskSpec;
  /** Resolves with the reason when the control plane cancels it. */
  readonly cancelled: Promise<string>;
  progress(progress: Progress): Promise<void>;
  /** Sends entries, numbered after the former ones. */
  log(entries: readonly LogEntry[]): Promise<number>;
  secrets(names: readonly string[]): Promise<DelegateAnswer<'secrets.resolve'>>;
}

/** What a task answers. `undefined` never sends an outcome: the test does it by `send`. */
export type TaskScript = (task: ScriptedTask) => Promise<TaskOutcome | undefined> | TaskOutcome | undefined;

export interface ScriptedDelegateOptions {
  /** Address of the API: `http://127.0.0.1:7480`. */
  url: string;
  token: string;
  name: string;
  tags?: readonly string[];
  /** All kinds by default. */
  capabilities?: readonly TaskKind[];
  capacity?: number;
  instanceId?: string;
  bootId?: string;
  protocolVersion?: string;
  /** Named in the hello, as a delegate does that reconnects. */
  running?: readonly TaskAttempt[];
  finished?: readonly TaskAttempt[];
  /** Without heartbeats leases run out. Default true. */
  heartbeats?: boolean;
  /** By kind, or for all. Without a script an offer is not claimed. */
  script?: TaskScript | Partial<Record<TaskKind, TaskScript>>;
}

/** A delegate over the real socket, whose tasks answer as the test says. */
export interface ScriptedDelegate extends AsyncDisposable {
  readonly instanceId: string;
  readonly bootId: string;
  readonly welcome: Welcome;
  /** Every task that was granted, in order. */
  readonly tasks: readonly ScriptedTask[];
  /** Offers seen, claimed or not. */
  readonly offers: readonly TaskAttempt[];
  /** Why the server hung up, if it said so. */
  readonly goodbye: Goodbye | undefined;
  readonly connected: boolean;
  /** Any message, answered; a protocol error is given as it is. */
  send<M extends DelegateMessage>(
    message: M,
    payload: DelegateRequest<M>,
  ): Promise<DelegateAnswer<M> | { error: string; message: string }>;
  /** Something that is no message of the protocol. */
  sendRaw(message: string, payload: unknown): Promise<unknown>;
  hangUp(): void;
}

/** Connects and waits for the welcome. Rejects with the refusal when the hello is refused. */
export async function startScriptedDelegate(options: ScriptedDelegateOptions): Promise<ScriptedDelegate> {
  const hello = helloOf(options);
  const socket = io(`${options.url}${delegateNamespace}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { ...hello },
  });
  const tasks: ScriptedTask[] = [];
  const offers: TaskAttempt[] = [];
  const cancels = new Map<string, (reason: string) => void>();
  const running = new Map<string, TaskAttempt>();
  let goodbye: Goodbye | undefined;

  const sendRaw = (message: string, payload: unknown): Promise<unknown> =>
    socket.timeout(answerTimeoutMs).emitWithAck(message, payload);
  const send = async <M extends DelegateMessage>(message: M, payload: DelegateRequest<M>) => {
    const answer = await sendRaw(message, payload);
    if (typeof answer === 'object' && answer !== null && 'error' in answer)
      return answer as { error: string; message: string };
    // Read by the schema of this very message.
    return delegateMessages[message].answer.parse(answer) as DelegateAnswer<M>;
  };
  const toTask = (attempt: TaskAttempt, spec: TaskSpec): ScriptedTask => {
    let seq = 0;
    let logSeq = 1;
    return {
      ...attempt,
      spec,
      cancelled: new Promise((resolve) => cancels.set(keyOf(attempt), resolve)),
      progress: async (progress) =>
        void (await sendRaw('task.progress', { ...attempt, seq: (seq += 1), progress })),
      log: async (entries) => {
        const answer = await send('task.logs', { ...attempt, firstSeq: logSeq, entries: [...entries] });
        logSeq += entries.length;
        return 'storedSeq' in answer ? answer.storedSeq : 0;
      },
      secrets: async (names) => {
        const answer = await send('secrets.resolve', { ...attempt, secrets: [...names] });
        return 'ok' in answer ? answer : { ok: false, missing: [...names], message: answer.message };
      },
    };
  };
  const onOffer = async (payload: unknown): Promise<void> => {
    const { taskId, attempt, kind } = serverMessages['task.offer'].parse(payload);
    offers.push({ taskId, attempt });
    const script = typeof options.script === 'function' ? options.script : options.script?.[kind];
    if (script === undefined) return;
    const granted = await send('task.claim', { taskId, attempt });
    if (!('granted' in granted) || !granted.granted) return;
    running.set(taskId, { taskId, attempt });
    const task = toTask({ taskId, attempt }, granted.task);
    tasks.push(task);
    const outcome = await script(task);
    if (outcome === undefined) return;
    await send('task.outcome', { taskId, attempt, outcome });
    running.delete(taskId);
  };
  // A test that ends while an answer is on its way hangs up, which is no failure.
  socket.on('task.offer', (payload: unknown) => void onOffer(payload).catch(() => {}));
  socket.on('task.cancel', (payload: unknown) => {
    const cancel = serverMessages['task.cancel'].parse(payload);
    cancels.get(keyOf(cancel))?.(cancel.reason);
  });
  socket.on('goodbye', (payload: unknown) => {
    goodbye = serverMessages.goodbye.parse(payload);
  });

  const welcome = await new Promise<Welcome>((resolve, reject) => {
    socket.once('welcome', (payload: unknown) => resolve(serverMessages.welcome.parse(payload)));
    socket.once('connect_error', (error) => reject(Object.assign(error, Reflect.get(error, 'data'))));
    socket.once('disconnect', (reason) =>
      reject(new Error(goodbye?.message ?? `hung up before the welcome: ${reason}`)),
    );
  });
  const beat = (): void =>
    void sendRaw('heartbeat', { running: [...running.values()], draining: false }).catch(() => {});
  const timer = options.heartbeats === false ? undefined : setInterval(beat, heartbeatIntervalMs);
  const hangUp = (): void => {
    clearInterval(timer);
    socket.disconnect();
  };
  return {
    instanceId: hello.instanceId,
    bootId: hello.bootId,
    welcome,
    tasks,
    offers,
    get goodbye() {
      return goodbye;
    },
    get connected() {
      return socket.connected;
    },
    send,
    sendRaw,
    hangUp,
    [Symbol.asyncDispose]: async () => hangUp(),
  };
}

function helloOf(options: ScriptedDelegateOptions): Hello {
  return {
    token: options.token,
    protocolVersion: options.protocolVersion ?? protocolVersion,
    version: '0.0.0-scripted',
    name: options.name,
    instanceId: options.instanceId ?? `scripted-${randomUUID().slice(0, 8)}`,
    bootId: options.bootId ?? randomUUID(),
    hostname: 'scripted',
    tags: [...(options.tags ?? [])],
    // The keys of the table are the kinds.
    capabilities: [...(options.capabilities ?? (Object.keys(taskKinds) as TaskKind[]))],
    capacity: options.capacity ?? 10,
    running: [...(options.running ?? [])],
    finished: [...(options.finished ?? [])],
  };
}

function keyOf({ taskId, attempt }: TaskAttempt): string {
  return `${taskId}/${attempt}`;
}
