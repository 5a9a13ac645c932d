import type { ExecutionNode, ExecutionView } from '@slipway/contracts';
import { useRef } from 'react';
import { StatusMark } from '../../components/StatusChip.tsx';
import { Elapsed } from '../../ui/Time.tsx';
import { rowsOf } from './node-tree.ts';
import classes from './Execution.module.css';

function moveFocus(event: React.KeyboardEvent, list: HTMLElement | null): void {
  const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
  const buttons = [...(list?.querySelectorAll('button') ?? [])];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const by = moves[event.key];
  const next =
    event.key === 'Home'
      ? buttons[0]
      : event.key === 'End'
        ? buttons.at(-1)
        : by === undefined || at < 0
          ? undefined
          : buttons[at + by];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function Row({
  node,
  depth,
  selected,
  onSelect,
}: {
  node: ExecutionNode;
  depth: number;
  selected: boolean;
  onSelect: (node: ExecutionNode) => void;
}) {
  return (
    <li>
      <button
        type="button"
        className={classes.row}
        aria-current={selected ? 'true' : undefined}
        style={{ paddingLeft: 8 + depth * 16 }}
        onClick={() => onSelect(node)}
      >
        <StatusMark status={node.status} />
        <span className={classes.rowName}>
          {node.name}
          {node.attempt > 1 && <span className="muted small"> attempt {node.attempt}</span>}
        </span>
        <span className={classes.rowTime}>
          {node.startedAt !== undefined && <Elapsed from={node.startedAt} to={node.endedAt} />}
        </span>
      </button>
    </li>
  );
}

/** Stages with their nodes, in the order they run. */
export function NodeTree({
  view,
  selected,
  onSelect,
}: {
  view: ExecutionView;
  selected: string | undefined;
  onSelect: (node: ExecutionNode) => void;
}) {
  const list = useRef<HTMLElement>(null);
  return (
    <nav
      ref={list}
      aria-label="Steps of the execution"
      className={classes.tree}
      onKeyDown={(event) => moveFocus(event, list.current)}
    >
      {view.nodes.map((stage) => (
        <section key={stage.node} aria-label={stage.name}>
          <h2>{stage.name}</h2>
          <ul>
            {rowsOf(stage).map(({ node, depth }) => (
              <Row
                key={node.node}
                node={node}
                depth={depth}
                selected={node.node === selected}
                onSelect={onSelect}
              />
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
