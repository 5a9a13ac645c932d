import { Button } from '@mantine/core';
import type { ExecutionNode } from '@slipway/contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { hasEnded, statusWord } from '../../components/execution-status.ts';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Mark } from '../../ui/Mark.tsx';
import { Facts } from '../../ui/Panel.tsx';
import { Elapsed } from '../../ui/Time.tsx';
import { clockTime, durationText, fullTime } from '../../util/relative-time.ts';
import { objectRows, objectTone } from './object-tree.ts';
import classes from './Execution.module.css';

const shownAtFirst = 200;

function Objects({ node }: { node: ExecutionNode }) {
  const [all, setAll] = useState(false);
  const rows = objectRows(node.progress?.objects ?? []);
  const causes = node.failure?.causes ?? node.progress?.causes ?? [];
  if (rows.length === 0) return null;
  return (
    <section aria-label="Objects">
      <h2>Objects</h2>
      <ul className={classes.objects}>
        {(all ? rows : rows.slice(0, shownAtFirst)).map(({ object, depth }) => (
          <li key={object.id} style={{ paddingLeft: depth * 16 }} title={object.message}>
            <Mark tone={objectTone(object, causes, hasEnded(node.status))} label={object.status} />
            <span className={classes.objectName}>
              {object.ref.kind} {object.ref.name}
            </span>
            <span className={classes.objectWords}>{object.summary}</span>
          </li>
        ))}
      </ul>
      {!all && rows.length > shownAtFirst && (
        <Button size="compact-sm" variant="default" onClick={() => setAll(true)}>
          Show all {rows.length}
        </Button>
      )}
    </section>
  );
}

const clock = (at: string | undefined) =>
  at === undefined ? undefined : <span title={fullTime(at)}>{clockTime(at)}</span>;

function Outputs({ outputs }: { outputs: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(outputs);
  if (entries.length === 0) return null;
  return (
    <section aria-label="Outputs">
      <h2>Outputs</h2>
      <dl className={classes.outputs}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Objects in the cluster, and the facts of the selected step. */
export function Details({ node }: { node: ExecutionNode }) {
  const project = useProject();
  const release = node.progress?.release;
  const limit =
    node.startedAt !== undefined && node.deadlineAt !== undefined
      ? Date.parse(node.deadlineAt) - Date.parse(node.startedAt)
      : null;
  return (
    <aside className={classes.details} aria-label="Details">
      <Objects node={node} />
      <section aria-label="Step">
        <h2>{node.kind === 'stage' ? 'Stage' : 'Step'}</h2>
        <Facts
          facts={[
            ['Status', statusWord(node.status)],
            [
              'Delegate',
              node.delegate && (
                <Link className="link" to={paths.delegate(project, node.delegate.name)}>
                  {node.delegate.name}
                </Link>
              ),
            ],
            [
              'Release',
              release &&
                `${release.number}${release.previousSuccessful === undefined ? ', the first' : `, after ${release.previousSuccessful}`}`,
            ],
            ['Release name', release && <span className="mono">{release.name}</span>],
            ['Namespace', release?.namespace],
            ['Started', clock(node.startedAt)],
            ['Ended', clock(node.endedAt)],
            ['Took', node.startedAt !== undefined && <Elapsed from={node.startedAt} to={node.endedAt} />],
            [
              'Deadline',
              node.endedAt === undefined && node.deadlineAt !== undefined && (
                <>
                  {clock(node.deadlineAt)}
                  {limit !== null && ` (${durationText(limit)})`}
                </>
              ),
            ],
            ['Attempts', node.attempt > 1 && String(node.attempt)],
            ['On failure', node.onFailure],
            ['Type', node.type && <span className="mono">{node.type}</span>],
          ]}
        />
      </section>
      {node.outputs !== undefined && <Outputs outputs={node.outputs} />}
    </aside>
  );
}
