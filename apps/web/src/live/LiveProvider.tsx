import type { Changed, Room } from '@slipway/contracts';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { openLiveConnection } from './connection.ts';
import type { LiveConnection, Liveness } from './connection.ts';
import { createRefresher } from './refresher.ts';

const LiveContext = createContext<LiveConnection | null>(null);
const away: Liveness = { state: 'connecting', sinceMs: 0 };

/** The first word of the query keys that a message makes stale. */
const staleTopic = (message: Changed): string =>
  message.topic === 'entity' && message.kind === 'file' ? 'file' : message.topic;

function concerns(message: Changed, key: readonly unknown[]): boolean {
  // Of all executions only the changed one and the lists are read again.
  return message.topic !== 'execution' || key[2] !== 'one' || key[3] === message.executionId;
}

function refreshOn(client: QueryClient, connection: LiveConnection): () => void {
  const refresher = createRefresher(120);
  const stopChanges = connection.onChanged((message) => {
    // Logs are tailed by the page that shows them.
    if (message.topic === 'log') return;
    const topic = staleTopic(message);
    const name = message.topic === 'execution' ? `execution ${message.executionId}` : topic;
    refresher.request(name, () =>
      client.invalidateQueries({
        queryKey: [topic],
        predicate: (query) => concerns(message, query.queryKey),
      }),
    );
  });
  const stopRestored = connection.onRestored(() =>
    refresher.request('everything', () => client.invalidateQueries()),
  );
  return () => {
    stopChanges();
    stopRestored();
  };
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [connection, setConnection] = useState<LiveConnection | null>(null);
  useEffect(() => {
    const opened = openLiveConnection(() => void client.invalidateQueries({ queryKey: ['session'] }));
    const stop = refreshOn(client, opened);
    setConnection(opened);
    return () => {
      stop();
      opened.close();
    };
  }, [client]);
  return <LiveContext value={connection}>{children}</LiveContext>;
}

const nothing = (): void => undefined;

/** Whether live messages arrive, and since when. */
export function useLiveness(): Liveness {
  const connection = use(LiveContext);
  return useSyncExternalStore(
    (listener) => connection?.onLiveness(listener) ?? nothing,
    () => connection?.liveness() ?? away,
  );
}

/** Joins a room while the component is shown. */
export function useRoom(room: Room): void {
  const connection = use(LiveContext);
  const key = JSON.stringify(room);
  useEffect(() => {
    // It was written two lines above.
    return connection?.join(JSON.parse(key) as Room);
  }, [connection, key]);
}

export const useLiveConnection = (): LiveConnection | null => use(LiveContext);
