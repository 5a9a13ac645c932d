import type { ExecutionNode, LogLine, LogSection } from '@slipway/contracts';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ProblemView } from '../../../components/ProblemView.tsx';
import { Mark } from '../../../ui/Mark.tsx';
import { Elapsed } from '../../../ui/Time.tsx';
import { LogLineRow } from './LogLineRow.tsx';
import { LogTools } from './LogTools.tsx';
import { findRows, isOpen, lineName, logRows, parseLineName } from './log-rows.ts';
import type { LogRow } from './log-rows.ts';
import { useLog } from './use-log.ts';
import type { NodeLog } from './use-log.ts';
import classes from './LogView.module.css';

const tones = { running: 'run', succeeded: 'ok', failed: 'fail', skipped: 'none' } as const;

function useSections(node: ExecutionNode, log: NodeLog, target: string | undefined) {
  const { buffer, load } = log;
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(
    () => new Map(target === undefined ? [] : [[target, true]]),
  );
  const watched = useRef(new Set<string>());
  for (const section of node.sections) if (section.status === 'running') watched.current.add(section.name);
  const open = useCallback((section: LogSection) => isOpen(section, toggled, watched.current), [toggled]);
  const toggle = (section: LogSection) =>
    setToggled((current) => new Map(current).set(section.name, !open(section)));
  useEffect(() => {
    for (const section of node.sections) {
      if (open(section) && buffer.last(section.name) < section.lines) load(section.name);
    }
  }, [node.sections, open, buffer, load]);
  return {
    open,
    toggle,
    openAll: () => setToggled(new Map(node.sections.map((section) => [section.name, true]))),
  };
}

function useSearch(rows: readonly LogRow[]) {
  const [words, setWords] = useState('');
  const [position, setPosition] = useState(0);
  const found = useMemo(() => findRows(rows, words), [rows, words]);
  const at = found.length === 0 ? 0 : position % found.length;
  return {
    words,
    found,
    at,
    currentRow: found[at],
    search: (next: string) => {
      setWords(next);
      setPosition(0);
    },
    move: (by: number) =>
      setPosition((current) => (current + by + found.length * 2) % Math.max(1, found.length)),
  };
}

function SectionHead({
  section,
  open,
  onToggle,
}: {
  section: LogSection;
  open: boolean;
  onToggle: () => void;
}) {
  return (
    <button type="button" className={classes.section} aria-expanded={open} onClick={onToggle}>
      <Mark tone={tones[section.status]} label={section.status} />
      <span className={classes.name}>{section.name}</span>
      <span className={classes.time}>
        <Elapsed from={section.startedAt} to={section.endedAt} />
      </span>
      <span className={classes.fold} aria-hidden="true">
        {open ? '▾' : '▸'}
      </span>
    </button>
  );
}

/** The log of a node by sections: a virtual list, so that 100,000 lines scroll. */
export function LogView({ executionId, node }: { executionId: string; node: ExecutionNode }) {
  const log = useLog(executionId, node);
  const [params, setParams] = useSearchParams();
  const target = parseLineName(params.get('line'));
  const [timestamps, setTimestamps] = useState(true);
  const [wrap, setWrap] = useState(true);
  const [following, setFollowing] = useState(target === null);
  const [said, setSaid] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const sections = useSections(node, log, target?.section);
  const rows = useMemo(
    () => logRows(node.sections, sections.open, log.lines),
    [node.sections, sections.open, log.lines],
  );
  const search = useSearch(rows);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (position) => (rows[position]?.kind === 'section' ? 31 : 19),
    overscan: 20,
  });

  useEffect(() => {
    if (following && rows.length > 0) list.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [following, rows.length, list]);
  useEffect(() => {
    if (search.currentRow === undefined) return;
    setFollowing(false);
    list.scrollToIndex(search.currentRow, { align: 'center' });
  }, [search.currentRow, list]);
  const targetRow =
    target === null
      ? -1
      : rows.findIndex(
          (row) => row.kind === 'line' && row.section === target.section && row.line.n === target.n,
        );
  const isTargetRead = targetRow >= 0;
  const showTarget = useEffectEvent(() => list.scrollToIndex(targetRow, { align: 'center' }));
  useEffect(() => {
    if (isTargetRead) showTarget();
  }, [isTargetRead]);

  const hrefOf = (line: LogLine): string => {
    const next = new URLSearchParams(params);
    next.set('node', node.node);
    next.set('line', lineName(line.section, line.n));
    return `?${next.toString()}`;
  };
  const onLink = (line: LogLine, href: string) => {
    setParams(new URLSearchParams(href), { replace: true });
    const copied = navigator.clipboard?.writeText(new URL(href, window.location.href).href);
    void copied?.then(() => setSaid(`Link to line ${line.n} copied`));
  };
  const stopFollowing = () => {
    const element = scroller.current;
    if (element !== null && element.scrollHeight - element.scrollTop - element.clientHeight > 60)
      setFollowing(false);
  };

  return (
    <section className={classes.log} aria-label={`Log of ${node.name}`}>
      <LogTools
        executionId={executionId}
        node={node}
        search={search}
        onSearchOpened={sections.openAll}
        said={said}
        toggles={[
          { word: 'Follow', on: following, set: setFollowing },
          { word: 'Timestamps', on: timestamps, set: setTimestamps },
          { word: 'Wrap', on: wrap, set: setWrap },
        ]}
      />
      {log.error !== null && <ProblemView error={log.error} />}
      <div
        ref={scroller}
        className={classes.scroller}
        style={{ flexBasis: list.getTotalSize() + 1 }}
        data-wrap={wrap}
        tabIndex={0}
        role="group"
        aria-label="Log lines"
        onWheel={stopFollowing}
        onKeyDown={stopFollowing}
        onTouchMove={stopFollowing}
      >
        <div style={{ height: list.getTotalSize(), position: 'relative', minWidth: '100%' }}>
          <div
            className={classes.window}
            style={{ transform: `translateY(${list.getVirtualItems()[0]?.start ?? 0}px)` }}
          >
            {list.getVirtualItems().map((item) => {
              const row = rows[item.index];
              return (
                <div key={item.key} data-index={item.index} ref={list.measureElement}>
                  {row?.kind === 'section' && (
                    <SectionHead
                      section={row.section}
                      open={row.open}
                      onToggle={() => sections.toggle(row.section)}
                    />
                  )}
                  {row?.kind === 'note' && <p className={classes.note}>{row.text}</p>}
                  {row?.kind === 'line' && (
                    <LogLineRow
                      line={row.line}
                      timestamps={timestamps}
                      words={search.words}
                      current={item.index === search.currentRow || item.index === targetRow}
                      href={hrefOf(row.line)}
                      onLink={onLink}
                    />
                  )}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </section>
  );
}
