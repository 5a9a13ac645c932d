import pg from 'pg';

type Listener = (payload: string) => void;

/** One connection that listens for everybody in the process. */
export interface Notifications {
  /** Hears what is notified on a channel from now on; returns how to stop hearing. Listeners must not throw. */
  onNotify(channel: string, listener: Listener): () => void;
  /** Called when the connection is there again after a loss: what was notified meanwhile is gone, so read again. */
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

export async function listenToDatabase(
  url: string,
  log: { warn(fields: object, message: string): void; info(fields: object, message: string): void },
): Promise<Notifications> {
  const listeners = new Map<string, Set<Listener>>();
  const reconnectListeners = new Set<() => void>();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let listening = Promise.resolve();

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'slipway-notifications',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next, undefined));
    next.on('notification', ({ channel, payload }) => {
      for (const listener of listeners.get(channel) ?? []) listener(payload ?? '');
    });
    try {
      await next.connect();
      for (const channel of listeners.keys()) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await next.end().catch(() => {});
      throw error;
    }
    client = next;
  };

  const lost = (which: pg.Client, error: Error | undefined): void => {
    if (closed || client !== which) return;
    client = undefined;
    log.warn({ err: error }, 'the listening connection to Postgres is lost; connecting again');
    reconnect(FIRST_DELAY_MS);
  };

  const reconnect = (delayMs: number): void => {
    timer = setTimeout(() => void tryAgain(delayMs), delayMs);
  };

  const tryAgain = async (delayMs: number): Promise<void> => {
    try {
      await connect();
    } catch {
      if (!closed) reconnect(Math.min(delayMs * 2, LONGEST_DELAY_MS));
      return;
    }
    if (closed) return client?.end();
    log.info({}, 'listening to Postgres again');
    for (const listener of reconnectListeners) listener();
  };

  // A failure here is the loss of the connection, which listens to every channel when it is made again.
  const listenTo = async (connection: pg.Client | undefined, channel: string): Promise<void> => {
    await connection?.query(`listen ${pg.escapeIdentifier(channel)}`).catch(() => {});
  };

  await connect();
  return {
    onNotify(channel, listener) {
      const known = listeners.get(channel);
      if (known !== undefined) known.add(listener);
      else {
        listeners.set(channel, new Set([listener]));
        // One after the other: a connection runs one query at a time.
        listening = listening.then(() => listenTo(client, channel));
      }
      return () => listeners.get(channel)?.delete(listener);
    },
    onReconnect(listener) {
      reconnectListeners.add(listener);
      return () => reconnectListeners.delete(listener);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}
