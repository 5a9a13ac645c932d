import { useQueryClient } from '@tanstack/react-query';
import type { ExecutionNode, LogLine } from '@slipway/contracts';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { callForText } from '../../../api/operations.ts';
import { useProject } from '../../../hooks/use-project.ts';
import { useLiveConnection } from '../../../live/LiveProvider.tsx';
import { createRefresher } from '../../../live/refresher.ts';
import { createLogBuffer, parseLines } from './log-buffer.ts';
import type { LogBuffer } from './log-buffer.ts';

export interface NodeLog {
  readonly buffer: LogBuffer;
  /** The lines of a section; another function after every change. */
  readonly lines: (section: string) => readonly LogLine[];
  readonly error: unknown;
  load(section: string): void;
}

const pageLines = 10_000;
const noLines: readonly LogLine[] = [];

/** The log of a node: sections are read when asked for, and tailed when a message says that they grew. */
export function useLog(executionId: string, node: ExecutionNode): NodeLog {
  const project = useProject();
  const client = useQueryClient();
  const connection = useLiveConnection();
  const buffer = useMemo(createLogBuffer, [executionId, node.node]);
  const wanted = useRef(new Set<string>());
  const refresher = useMemo(() => createRefresher(60), []);
  const [snapshot, setSnapshot] = useState(buffer.snapshot);
  const lines = useCallback((section: string) => snapshot.get(section) ?? noLines, [snapshot]);
  const [error, setError] = useState<unknown>(null);

  const read = useCallback(
    async (section: string) => {
      for (;;) {
        const after = buffer.last(section);
        const text = await callForText('executions', 'logs', project, {
          params: { executionId },
          query: { node: node.node, section, after, limit: pageLines },
          accept: 'application/x-ndjson',
        });
        const fresh = parseLines(text);
        if (buffer.add(fresh)) setSnapshot(buffer.snapshot());
        if (fresh.length < pageLines) return;
      }
    },
    [buffer, executionId, node.node, project],
  );

  const load = useCallback(
    (section: string) => {
      wanted.current.add(section);
      refresher.request(`${node.node} ${section}`, () => read(section).then(() => setError(null), setError));
    },
    [node.node, read, refresher],
  );

  useEffect(() => {
    wanted.current.clear();
  }, [buffer]);

  useEffect(() => {
    if (connection === null) return undefined;
    const stopChanges = connection.onChanged((message) => {
      if (message.topic !== 'log' || message.executionId !== executionId || message.node !== node.node)
        return;
      if (wanted.current.has(message.section)) load(message.section);
      // A section nobody knows yet is learnt from the execution itself.
      else void client.invalidateQueries({ queryKey: ['execution', project, 'one', executionId] });
    });
    const stopRestored = connection.onRestored(() => wanted.current.forEach(load));
    return () => {
      stopChanges();
      stopRestored();
    };
  }, [client, connection, executionId, load, node.node, project]);

  return { buffer, lines, error, load };
}
