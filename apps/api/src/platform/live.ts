import { ChangedSchema, RoomSchema, liveNamespace, scopeKey } from '@slipway/contracts';
import type { Changed, Room, Scope } from '@slipway/contracts';
import type { Namespace, Server, Socket } from 'socket.io';
import { z } from 'zod';
import { can, sees } from './access.ts';
import type { Actor } from './access.ts';
import type { Tx } from './database.ts';
import type { Notifications } from './notifications.ts';

/** Channel of messages to browsers, and of ended sessions whose sockets must go. */
const LIVE_CHANNEL = 'slipway_live';
const SESSIONS_CHANNEL = 'slipway_sessions';
/** How long a role that was taken away, or a session that ran out unseen, may go on hearing. */
export const LIVE_RECHECK_MS = 60_000;

const EnvelopeSchema = z.object({ room: z.string(), message: ChangedSchema });

/** A room of the console, or a scope: then everybody hears who watches a project in it. */
export type LiveTarget = Room | Scope;

/** Tells the browsers in a room, when and only when the transaction commits. */
export async function announce(tx: Tx, target: LiveTarget, message: Changed): Promise<void> {
  const payload = JSON.stringify({ room: roomName(target), message });
  await tx.$executeRaw`select pg_notify(${LIVE_CHANNEL}, ${payload})`;
}

/** Cuts the live connections of ended sessions, on every replica, when the transaction commits. */
export async function announceSessionEnd(tx: Tx, tokenHash: string): Promise<void> {
  await tx.$executeRaw`select pg_notify(${SESSIONS_CHANNEL}, ${tokenHash})`;
}

function roomName(target: LiveTarget): string {
  if ('level' in target) return scopeKey(target);
  return target.kind === 'project'
    ? `project/${target.org}/${target.project}`
    : `execution/${target.executionId}`;
}

export interface LiveParts {
  readonly io: Server;
  readonly notifications: Notifications;
  /** Who a session cookie belongs to, and under which hash its end is announced. */
  authenticate(
    cookieHeader: string | undefined,
  ): Promise<{ actor: Actor; tokenHash: string; token: string } | null>;
  readonly bySession: (token: string) => Promise<Actor | null>;
  executionExists(scope: Scope, executionId: string): Promise<boolean>;
  readonly recheckMs: number;
  /** Whether a page of this origin may connect; the cookie comes along with any page's connection. */
  isOwnOrigin(origin: string | undefined, host: string | undefined): boolean;
}

export interface Live {
  /** To every signed-in browser of this process, for what is not in the database. */
  tellEverybody(message: Changed): void;
  close(): void;
}

interface SocketFacts {
  actor: Actor;
  token: string;
  tokenHash: string;
}
// socket.io types what a socket carries by four parameters; the events are checked by schemas at run time.
type LiveSocket = Socket<Record<string, never>, Record<string, never>, Record<string, never>, SocketFacts>;

/** Serves the namespace of the console: rooms that a browser joins, and what Postgres notifies. */
export function serveLive(parts: LiveParts): Live {
  const namespace: Namespace = parts.io.of(liveNamespace);
  namespace.use((socket, next) => void admit(parts, socket, next));
  namespace.on('connection', (socket) => serveSocket(parts, socket as unknown as LiveSocket));

  const stopLive = parts.notifications.onNotify(LIVE_CHANNEL, (payload) => {
    const envelope = EnvelopeSchema.safeParse(parseJson(payload));
    if (envelope.success) namespace.to(envelope.data.room).emit('changed', envelope.data.message);
  });
  const stopSessions = parts.notifications.onNotify(SESSIONS_CHANNEL, (tokenHash) => {
    namespace.in(sessionRoom(tokenHash)).disconnectSockets(true);
  });
  // What was sent while nobody listened is lost; a browser reads everything again when it connects.
  const stopReconnect = parts.notifications.onReconnect(() => namespace.disconnectSockets(true));
  const recheck = setInterval(() => void recheckAll(parts, namespace), parts.recheckMs);
  recheck.unref();
  return {
    tellEverybody: (message) => namespace.emit('changed', message),
    close: () => {
      clearInterval(recheck);
      stopLive();
      stopSessions();
      stopReconnect();
    },
  };
}

async function admit(parts: LiveParts, socket: Socket, next: (refusal?: Error) => void): Promise<void> {
  const { headers } = socket.request;
  if (!parts.isOwnOrigin(headers.origin, headers.host)) return next(new Error('request.cross_site'));
  try {
    const found = await parts.authenticate(headers.cookie);
    if (found === null) return next(new Error('identity.unauthenticated'));
    Object.assign(socket.data, found satisfies SocketFacts);
  } catch {
    return next(new Error('service.unavailable'));
  }
  return next();
}

function serveSocket(parts: LiveParts, socket: LiveSocket): void {
  // Joined before anything else, so that the end of the session reaches it.
  void socket.join(sessionRoom(socket.data.tokenHash));
  socket.on('join', (given: unknown, answer: unknown) => {
    void join(parts, socket, given).then(
      (result) => typeof answer === 'function' && answer(result),
      () => typeof answer === 'function' && answer({ ok: false, code: 'service.unavailable' }),
    );
  });
  socket.on('leave', (given: unknown, answer: unknown) => {
    const room = RoomSchema.safeParse(given);
    if (room.success) void socket.leave(roomName(room.data));
    if (typeof answer === 'function') answer({ ok: true });
  });
}

type JoinAnswer = { ok: true } | { ok: false; code: string };
/** More than any page shows; a browser that asks for more is not ours. */
const MOST_ROOMS = 64;

async function join(parts: LiveParts, socket: LiveSocket, given: unknown): Promise<JoinAnswer> {
  const room = RoomSchema.safeParse(given);
  if (!room.success) return { ok: false, code: 'request.invalid' };
  if (socket.rooms.size > MOST_ROOMS) return { ok: false, code: 'request.rate_limited' };
  const scope: Scope = { level: 'project', org: room.data.org, project: room.data.project };
  if (!mayWatch(socket.data.actor, scope)) return { ok: false, code: 'entity.not_found' };
  if (room.data.kind === 'execution') {
    const id = z.uuid().safeParse(room.data.executionId);
    const exists = id.success && (await parts.executionExists(scope, id.data));
    if (!exists) return { ok: false, code: 'entity.not_found' };
  }
  await socket.join(roomName(room.data));
  if (room.data.kind === 'project')
    await socket.join([scopeKey({ level: 'account' }), scopeKey({ level: 'org', org: scope.org })]);
  return { ok: true };
}

function mayWatch(actor: Actor, scope: Scope): boolean {
  return sees(actor, scope) && can(actor, 'core_pipeline_view', scope);
}

/** Sessions run out and roles are taken away without an event of their own: then the browser must connect, and join, again. */
async function recheckAll(parts: LiveParts, namespace: Namespace): Promise<void> {
  for (const socket of namespace.sockets.values()) {
    const facts = socket.data as SocketFacts;
    const actor = await parts.bySession(facts.token).catch(() => facts.actor);
    const changed =
      actor === null || JSON.stringify(actor.assignments) !== JSON.stringify(facts.actor.assignments);
    if (changed) socket.disconnect(true);
  }
}

function sessionRoom(tokenHash: string): string {
  return `session/${tokenHash}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
