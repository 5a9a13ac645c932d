import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { rootCertificates } from 'node:tls';
import {
  ProtocolErrorSchema,
  RefusalSchema,
  answerTimeoutMs,
  delegateMessages,
  delegateNamespace,
  serverMessages,
} from '@slipway/contracts';
import type {
  DelegateAnswer,
  DelegateMessage,
  DelegateRequest,
  Hello,
  ProtocolError,
  Refusal,
  ServerMessage,
  ServerPayload,
} from '@slipway/contracts';
import { io } from 'socket.io-client';

/** A request was not answered: not connected, or too late. It may have arrived. */
export class UnansweredError extends Error {
  override name = 'UnansweredError';
}

/** The other side answered that it does not take the request. */
export class RequestRefusedError extends Error {
  override name = 'RequestRefusedError';
  readonly code: ProtocolError['error'];

  constructor(refusal: ProtocolError) {
    super(refusal.message);
    this.code = refusal.error;
  }
}

export interface LinkEvents {
  onMessage<M extends ServerMessage>(message: M, payload: ServerPayload<M>): void;
  onDown(reason: string): void;
  /** The hello was refused. `unavailable` is dialled again by the link itself. */
  onRefused(refusal: Refusal): void;
  /** Something that only the log is told: no answer from the address, a malformed message. */
  onTrouble(what: string): void;
}

/** The socket to the control plane. */
export interface Link {
  readonly connected: boolean;
  dial(): void;
  request<M extends DelegateMessage>(message: M, payload: DelegateRequest<M>): Promise<DelegateAnswer<M>>;
  /** Hangs up and dials again at once: the connection seems dead. */
  redial(): void;
  close(): void;
}

export interface LinkOptions {
  url: string;
  hello: () => Hello;
  ca?: string;
  environment: Readonly<Record<string, string | undefined>>;
  events: LinkEvents;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
const HANDSHAKE_MS = 10_000;

export function createLink(options: LinkOptions): Link {
  const { events } = options;
  const url = new URL(options.url);
  const ca = options.ca === undefined ? {} : { ca: [...rootCertificates, options.ca] };
  const socket = io(`${url.origin}${delegateNamespace}`, {
    path: `${url.pathname.replace(/\/+$/, '')}/socket.io`,
    transports: ['websocket'],
    autoConnect: false,
    auth: (give) => give(options.hello()),
    reconnectionDelay: FIRST_PAUSE_MS,
    reconnectionDelayMax: LONGEST_PAUSE_MS,
    randomizationFactor: 0.5,
    timeout: HANDSHAKE_MS,
    ...ca,
    ...proxyAgent(url, options.environment, ca),
  });
  let closed = false;
  const again = (): void => {
    const pauseMs = FIRST_PAUSE_MS + Math.random() * 800;
    setTimeout(() => {
      if (!closed) socket.connect();
    }, pauseMs);
  };

  for (const [message, schema] of Object.entries(serverMessages)) {
    socket.on(message, (payload: unknown) => {
      const parsed = schema.safeParse(payload);
      // Schema and name come from the same entry of the table.
      if (parsed.success) events.onMessage(message as ServerMessage, parsed.data);
      else events.onTrouble(`The control plane sent a malformed ${message}.`);
    });
  }
  socket.on('disconnect', (reason) => {
    events.onDown(reason);
    // After this one socket.io does not dial by itself.
    if (reason === 'io server disconnect' && !closed) again();
  });
  socket.on('connect_error', (error) => {
    if (socket.active) {
      events.onTrouble(`${options.url} cannot be reached: ${causeOf(error)}`);
      return;
    }
    const refusal = RefusalSchema.safeParse(Reflect.get(error, 'data'));
    if (refusal.success && refusal.data.code !== 'unavailable') events.onRefused(refusal.data);
    else {
      events.onTrouble(`The control plane does not answer now: ${error.message}`);
      if (!closed) again();
    }
  });

  return {
    get connected() {
      return socket.connected;
    },
    dial: () => {
      socket.connect();
    },
    request: async (message, payload) => {
      if (!socket.connected) throw new UnansweredError('not connected');
      const answer: unknown = await socket
        .timeout(answerTimeoutMs)
        .emitWithAck(message, payload)
        .catch((error: unknown) => {
          throw new UnansweredError(error instanceof Error ? error.message : String(error));
        });
      const refusal = ProtocolErrorSchema.safeParse(answer);
      if (refusal.success) throw new RequestRefusedError(refusal.data);
      const parsed = delegateMessages[message].answer.safeParse(answer);
      if (!parsed.success) throw new UnansweredError(`The answer to ${message} is malformed.`);
      // The schema of this very message has read it.
      return parsed.data as DelegateAnswer<typeof message>;
    },
    redial: () => {
      socket.disconnect();
      again();
    },
    close: () => {
      closed = true;
      socket.disconnect();
    },
  };
}

/** Node's own agents read `HTTPS_PROXY` and `NO_PROXY` when they are given an environment. */
function proxyAgent(
  url: URL,
  environment: Readonly<Record<string, string | undefined>>,
  tls: { ca?: string[] },
): { agent?: string } {
  const proxyEnv = { ...environment };
  const agent =
    url.protocol === 'https:' ? new HttpsAgent({ ...tls, proxyEnv }) : new HttpAgent({ proxyEnv });
  // socket.io-client declares `agent` for browsers; in Node it hands the value on to the websocket's request.
  return { agent: agent as unknown as string };
}

function causeOf(error: Error): string {
  const description: unknown = Reflect.get(error, 'description');
  const inner: unknown =
    typeof description === 'object' && description !== null
      ? (Reflect.get(description, 'error') ?? Reflect.get(description, 'message'))
      : undefined;
  if (inner instanceof Error) return inner.message;
  return typeof inner === 'string' && inner !== '' ? inner : error.message;
}
