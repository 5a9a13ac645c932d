import type { Changed, Room } from '@slipway/contracts';
import type { Socket } from 'socket.io-client';

export type Liveness = { readonly state: 'connecting' | 'connected' | 'lost'; readonly sinceMs: number };

export interface LiveConnection {
  liveness(): Liveness;
  onLiveness(listener: () => void): () => void;
  onChanged(listener: (message: Changed) => void): () => void;
  /** After a lost connection came back: what is shown must be read again. */
  onRestored(listener: () => void): () => void;
  join(room: Room): () => void;
  close(): void;
}

const listeners = <Message>() => {
  const all = new Set<(message: Message) => void>();
  return {
    add: (listener: (message: Message) => void) => {
      all.add(listener);
      return () => void all.delete(listener);
    },
    tell: (message: Message) => all.forEach((listener) => listener(message)),
  };
};

const namespace = '/ui';
const roomKey = (room: Room): string => JSON.stringify(room);

/** Opens the console's one socket. The client library is fetched after the first screen. */
export function openLiveConnection(onUnauthorised: () => void): LiveConnection {
  let liveness: Liveness = { state: 'connecting', sinceMs: Date.now() };
  let socket: Socket | null = null;
  let closed = false;
  let wasConnected = false;
  const changes = listeners<Changed>();
  const states = listeners<undefined>();
  const restored = listeners<undefined>();
  const rooms = new Map<string, { room: Room; users: number }>();

  const become = (state: Liveness['state']): void => {
    if (liveness.state === state) return;
    liveness = { state, sinceMs: Date.now() };
    states.tell(undefined);
  };

  const attach = (opened: Socket): void => {
    opened.on('connect', () => {
      become('connected');
      for (const { room } of rooms.values()) opened.emit('join', room);
      if (wasConnected) restored.tell(undefined);
      wasConnected = true;
    });
    opened.on('changed', (message: Changed) => changes.tell(message));
    opened.on('connect_error', () => become('lost'));
    opened.on('disconnect', (reason) => {
      become('lost');
      if (reason !== 'io server disconnect' || closed) return;
      // The server ends a socket when its session ends; otherwise it is asked again.
      onUnauthorised();
      setTimeout(() => !closed && opened.connect(), 2000);
    });
  };

  void import('socket.io-client').then(({ io }) => {
    if (closed) return;
    socket = io(namespace, {
      transports: ['websocket'],
      reconnectionDelay: 300,
      reconnectionDelayMax: 3000,
      timeout: 10_000,
    });
    attach(socket);
  });

  return {
    liveness: () => liveness,
    onLiveness: (listener) => states.add(listener),
    onChanged: changes.add,
    onRestored: (listener) => restored.add(listener),
    join(room) {
      const key = roomKey(room);
      const entry = rooms.get(key) ?? { room, users: 0 };
      entry.users += 1;
      rooms.set(key, entry);
      if (entry.users === 1 && socket?.connected === true) socket.emit('join', room);
      return () => {
        entry.users -= 1;
        if (entry.users > 0) return;
        rooms.delete(key);
        if (socket?.connected === true) socket.emit('leave', room);
      };
    },
    close() {
      closed = true;
      socket?.close();
    },
  };
}
