import type { ExecutionNode, ExecutionView, WaitingFor } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'react-router';
import { queries } from '../../api/queries.ts';
import { hasEnded } from '../../components/execution-status.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { YamlPane } from '../../components/YamlPane.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { useRoom } from '../../live/LiveProvider.tsx';
import { Details } from './Details.tsx';
import { ExecutionHeader } from './ExecutionHeader.tsx';
import { FailurePanel } from './FailurePanel.tsx';
import { NodeTree } from './NodeTree.tsx';
import { WaitingPanel } from './WaitingPanel.tsx';
import { LogView } from './log/LogView.tsx';
import { findNode, mostTelling, troubleOf } from './node-tree.ts';
import classes from './Execution.module.css';

const panes = ['steps', 'log', 'details', 'yaml'] as const;
type Pane = (typeof panes)[number];
const paneWords: Readonly<Record<Pane, string>> = {
  steps: 'Steps',
  log: 'Log',
  details: 'Details',
  yaml: 'YAML',
};

function usePlace(view: ExecutionView) {
  const [params, setParams] = useSearchParams();
  const tab = panes.find((pane) => pane === params.get('tab')) ?? 'log';
  const set = (changes: Readonly<Record<string, string | null>>, replace = false) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        for (const [name, value] of Object.entries(changes)) {
          if (value === null) next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace },
    );
  const selected = findNode(view, params.get('node')) ?? mostTelling(view.nodes);
  return {
    tab,
    selected,
    show: (pane: Pane) => set({ tab: pane === 'log' ? null : pane }),
    select: (node: ExecutionNode) => set({ node: node.node, line: null, tab: null }),
  };
}

function Compiled({ view }: { view: ExecutionView }) {
  const project = useProject();
  const yaml = useQuery(queries.executionYaml(project, view.executionId));
  return (
    <div className={classes.compiled}>
      <Loaded query={yaml}>{(text) => <YamlPane title="Pipeline as it was run" text={text} />}</Loaded>
    </div>
  );
}

function NodeLog({ view, node }: { view: ExecutionView; node: ExecutionNode }) {
  if (node.sections.length > 0) return <LogView key={node.node} executionId={view.executionId} node={node} />;
  const words =
    node.status === 'NOT_STARTED'
      ? `${node.name} has not begun.`
      : hasEnded(node.status) || node.kind !== 'step'
        ? `${node.name} writes no log.`
        : `${node.name} has written nothing yet.`;
  return <p className={classes.noLog}>{words}</p>;
}

const saysMore = (waiting: WaitingFor, headline: string): boolean =>
  waiting.what !== headline || (waiting.delegates ?? []).length > 0 || (waiting.queue ?? []).length > 0;

function Execution({ view }: { view: ExecutionView }) {
  const { tab, selected, select, show } = usePlace(view);
  const trouble = troubleOf(view);
  return (
    <div className={classes.execution} data-tab={tab}>
      <ExecutionHeader view={view} selected={selected} onSelect={select} />
      <nav className={classes.tabs} aria-label="Parts of the execution">
        {panes.map((pane) => (
          <button
            key={pane}
            type="button"
            data-pane={pane}
            aria-pressed={
              tab === pane || (pane === 'log' && tab !== 'yaml' && tab !== 'steps' && tab !== 'details')
            }
            onClick={() => show(pane)}
          >
            {pane === 'log' ? (
              <>
                <span className={classes.wideWord}>Run</span>
                <span className={classes.narrowWord}>Log</span>
              </>
            ) : (
              paneWords[pane]
            )}
          </button>
        ))}
      </nav>
      {tab === 'yaml' ? (
        <Compiled view={view} />
      ) : (
        <div className={classes.panes}>
          <NodeTree view={view} selected={selected?.node} onSelect={select} />
          <div className={classes.centre}>
            {trouble !== null && <FailurePanel trouble={trouble} view={view} />}
            {trouble === null &&
              selected?.waitingFor !== undefined &&
              saysMore(selected.waitingFor, view.headline) && <WaitingPanel waiting={selected.waitingFor} />}
            {selected !== undefined && <NodeLog view={view} node={selected} />}
          </div>
          {selected !== undefined && <Details node={selected} />}
        </div>
      )}
    </div>
  );
}

/** What is it doing, what is it waiting for, why did it fail, and what to do. Kept current by live messages alone. */
export function ExecutionPage() {
  const project = useProject();
  const { executionId = '' } = useParams();
  useRoom({ kind: 'execution', ...project, executionId });
  const execution = useQuery(queries.execution(project, executionId));
  return (
    <Loaded query={execution} page rows={8}>
      {(view) => <Execution view={view} />}
    </Loaded>
  );
}
