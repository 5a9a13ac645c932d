import { randomUUID } from 'node:crypto';
import {
  HelloSchema,
  delegateNamespace,
  heartbeatIntervalMs,
  leaseMs,
  protocolVersion,
} from '@slipway/contracts';
import type {
  Goodbye,
  Hello,
  ProtocolError,
  Refusal,
  ServerMessage,
  ServerPayload,
  Welcome,
} from '@slipway/contracts';
import type { Namespace, Server, Socket } from 'socket.io';
import { z } from 'zod';
import type { AdmittedToken, Beat, RegisteredInstance, Registration } from '../domains/delegates/index.ts';
import { TaskMessageSchema, malformedOutcome, tasksChannel } from '../domains/tasks/index.ts';
import type { Notes, Speaker, TaskMessage, Tasks } from '../domains/tasks/index.ts';
import type { Database } from '../platform/database.ts';
import type { Logger } from '../platform/log.ts';
import type { Notifications } from '../platform/notifications.ts';
import { answerMessage } from './answer.ts';
import type { OnMalformed } from './answer.ts';
import { createHandlers } from './handlers.ts';
import type { LogStore } from './handlers.ts';
import { createOffers } from './offers.ts';
import { createSweeps } from './sweeps.ts';

export interface GatewayParts {
  readonly io: Server;
  readonly database: Database;
  readonly notifications: Notifications;
  readonly registration: Registration;
  readonly tasks: Tasks;
  readonly logs: LogStore;
  readonly version: string;
  readonly log: Logger;
}

export interface Gateway {
  /** Says goodbye and hangs up on every delegate; they dial another replica, or this one again. */
  close(): Promise<void>;
}

/** A welcomed delegate's socket. */
interface Connected {
  readonly socket: Socket;
  readonly speaker: Speaker;
  readonly bootId: string;
  readonly tokenId: string;
}

/** The socket side of delegates in one API process. All it knows beyond its sockets is in Postgres. */
export function openGateway(parts: GatewayParts): Gateway {
  const { registration, tasks, log } = parts;
  const gatewayId = randomUUID();
  const connected = new Map<string, Connected>();
  const beats = new Map<string, Beat>();
  /** Disconnects that are being written. */
  const goodbyes = new Set<Promise<void>>();
  const namespace: Namespace = parts.io.of(delegateNamespace);
  let closing = false;

  const offers = createOffers({
    tasks,
    gatewayId,
    log,
    emit: (instanceId, offer) => {
      const held = connected.get(instanceId);
      if (held !== undefined) tell(held.socket, 'task.offer', offer);
    },
  });
  const sweeps = createSweeps({
    tasks,
    registration,
    log,
    offerAll: offers.all,
    writeBeats: async () => {
      const present = new Map(beats);
      beats.clear();
      try {
        await registration.beats([...present.values()], gatewayId);
      } catch (error) {
        // Kept for the next sweep, unless newer ones have come.
        for (const [id, beat] of present) if (connected.has(id) && !beats.has(id)) beats.set(id, beat);
        throw error;
      }
    },
  });

  const hangUp = (held: Connected, goodbye: Goodbye): void => {
    tell(held.socket, 'goodbye', goodbye);
    held.socket.disconnect(true);
  };

  const onMessage = (message: TaskMessage): void => {
    if (message.type === 'offer') {
      if (message.taskId === undefined) offers.soon();
      else void offers.one(message.taskId);
    } else if (message.type === 'cancel') {
      const { taskId, attempt, reason } = message;
      const held = connected.get(message.instanceId);
      if (held !== undefined) tell(held.socket, 'task.cancel', { taskId, attempt, reason });
    } else if (message.type === 'connected') {
      const held = connected.get(message.instanceId);
      if (held !== undefined && message.gatewayId !== gatewayId) replace(held, message.bootId);
    } else {
      for (const held of connected.values()) {
        if (held.tokenId === message.tokenId)
          hangUp(held, { code: 'token_revoked', message: `The token "${message.name}" was revoked.` });
      }
    }
  };

  /** The instance has another socket now. A former boot must end; a former connection of the same boot is merely stale. */
  const replace = (former: Connected, bootId: string): void => {
    if (former.bootId === bootId) former.socket.disconnect(true);
    else
      hangUp(former, {
        code: 'superseded',
        message: 'Another process took over this instance: two delegates share its name and instance id.',
      });
  };

  const welcome = async (socket: Socket, hello: Hello, token: AdmittedToken): Promise<void> => {
    const registered = await parts.database.transaction(async (tx) => {
      const instance = await registration.register(tx, hello, token, gatewayId);
      if (instance === null) return null;
      const speaker = toSpeaker(instance, hello);
      const notes = await tasks.resync(tx, speaker, hello, instance.sameBoot);
      await tasks.tellConnected(tx, { instanceId: instance.id, bootId: hello.bootId, gatewayId });
      return { instance, speaker, notes };
    });
    if (registered === null) {
      tell(socket, 'goodbye', { code: 'token_revoked', message: `The token "${token.name}" was revoked.` });
      socket.disconnect(true);
      return;
    }
    const { instance, speaker, notes } = registered;
    const held: Connected = { socket, speaker, bootId: hello.bootId, tokenId: token.id };
    const former = connected.get(instance.id);
    connected.set(instance.id, held);
    if (former !== undefined) replace(former, hello.bootId);
    const gone = (): void => {
      // Else the instance has a newer socket here: it is connected, whatever becomes of this one.
      if (connected.get(instance.id) === held) {
        connected.delete(instance.id);
        beats.delete(instance.id);
      }
      const writing: Promise<void> = registration
        .disconnected(instance.id, instance.connectedAt)
        .catch((error: unknown) => log.warn({ err: error }, 'a disconnect was not stored'))
        .finally(() => goodbyes.delete(writing));
      goodbyes.add(writing);
    };
    socket.on('disconnect', gone);
    // It may have gone while it was being registered.
    if (!socket.connected) return gone();
    serve(socket, speaker);
    tell(socket, 'welcome', toWelcome(parts.version, instance, notes));
    log.info(
      { delegate: hello.name, instance: hello.instanceId, version: hello.version },
      'delegate connected',
    );
    offers.soon();
  };

  const serve = (socket: Socket, speaker: Speaker): void => {
    const beat = (draining: boolean): void => void beats.set(speaker.id, { id: speaker.id, draining });
    const handlers = createHandlers({ database: parts.database, tasks, logs: parts.logs, beat }, speaker);
    const onMalformed = finishUnreadable(tasks, speaker, log);
    socket.offAny(refuseEarly);
    socket.onAny((message: string, payload: unknown, acknowledge: unknown) => {
      void answerMessage(message, payload, handlers, { log, onMalformed }).then((answer) => {
        if (typeof acknowledge === 'function') acknowledge(answer);
      });
    });
  };

  namespace.use((socket, next) => void admit(registration, socket, next, () => closing));
  namespace.on('connection', (socket) => {
    const { hello, token } = socket.data as Admitted;
    socket.onAny(refuseEarly);
    welcome(socket, hello, token).catch((error: unknown) => {
      log.warn({ err: error, delegate: hello.name }, 'a delegate could not be welcomed');
      socket.disconnect(true);
    });
  });
  const stopHearing = parts.notifications.onNotify(tasksChannel, (payload) => {
    const message = TaskMessageSchema.safeParse(parseJson(payload));
    if (message.success) onMessage(message.data);
  });
  // What was said while nobody listened is lost: hang up on nobody, but look at everything again.
  const stopReconnect = parts.notifications.onReconnect(() => offers.soon());

  return {
    close: async () => {
      closing = true;
      stopHearing();
      stopReconnect();
      for (const { socket } of connected.values())
        tell(socket, 'goodbye', { code: 'shutting_down', message: 'The control plane restarts.' });
      namespace.disconnectSockets(true);
      await sweeps.close();
      await offers.close();
      await Promise.all(goodbyes);
    },
  };
}

/** Nothing may be asked before the welcome has sorted what the delegate brought along. */
function refuseEarly(_message: string, _payload: unknown, acknowledge: unknown): void {
  const refusal: ProtocolError = { error: 'not_allowed_now', message: 'Wait for the welcome.' };
  if (typeof acknowledge === 'function') acknowledge(refusal);
}

interface Admitted {
  hello: Hello;
  token: AdmittedToken;
}

async function admit(
  registration: Registration,
  socket: Socket,
  next: (refusal?: Error) => void,
  isClosing: () => boolean,
): Promise<void> {
  const refuse = (refusal: Refusal): void =>
    next(Object.assign(new Error(refusal.message), { data: refusal }));
  if (isClosing()) return refuse({ code: 'unavailable', message: 'The control plane restarts.' });
  const hello = HelloSchema.safeParse(socket.handshake.auth);
  if (!hello.success) {
    const what = hello.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    return refuse({ code: 'hello_malformed', message: `The hello cannot be read: ${what}.` });
  }
  try {
    const admission = await registration.admit(hello.data.token);
    if (!admission.admitted) return refuse({ code: admission.code, message: admission.message });
    // The token itself is not kept with the socket.
    const admitted: Admitted = { hello: { ...hello.data, token: '' }, token: admission.token };
    Object.assign(socket.data, admitted);
  } catch {
    return refuse({ code: 'unavailable', message: 'The control plane cannot answer now.' });
  }
  return next();
}

/** An outcome that cannot be read would leave its task running for ever, or run it again. */
function finishUnreadable(tasks: Tasks, speaker: Speaker, log: Logger): OnMalformed {
  const AttemptSchema = z.object({ taskId: z.uuid(), attempt: z.int() });
  return async (message, payload, what) => {
    log.warn({ delegate: speaker.delegateName, message, what }, 'a delegate sent a malformed message');
    const attempt = AttemptSchema.safeParse(payload);
    if (message === 'task.outcome' && attempt.success)
      await tasks.finished(speaker, attempt.data, malformedOutcome(what));
  };
}

function toSpeaker(instance: RegisteredInstance, hello: Hello): Speaker {
  return {
    id: instance.id,
    instanceId: hello.instanceId,
    delegateId: instance.delegateId,
    delegateName: hello.name,
  };
}

function toWelcome(serverVersion: string, instance: RegisteredInstance, notes: Notes): Welcome {
  return {
    delegateId: instance.delegateId,
    serverVersion,
    protocolVersion,
    compatible: instance.incompatible === undefined,
    ...(instance.incompatible === undefined
      ? {}
      : { incompatible: `This delegate takes no tasks: ${instance.incompatible}.` }),
    heartbeatIntervalMs,
    leaseMs,
    continue: notes.continue,
    abandon: notes.abandon,
    send: notes.send,
  };
}

function tell<M extends ServerMessage>(socket: Socket, message: M, payload: ServerPayload<M>): void {
  socket.emit(message, payload);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
