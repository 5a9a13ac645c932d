import type { ExecutionNode, ExecutionView } from '@slipway/contracts';
import { StatusMark } from '../../components/StatusChip.tsx';
import { statusTone, statusWord } from '../../components/execution-status.ts';
import { Elapsed } from '../../ui/Time.tsx';
import { mostTelling } from './node-tree.ts';
import classes from './Execution.module.css';

const isRollingBack = (stage: ExecutionNode): boolean =>
  stage.children.some((child) => child.kind === 'rollback' && child.status === 'RUNNING');

/** The stages in order; one click shows what matters in a stage. */
export function StageStrip({
  view,
  selected,
  onSelect,
}: {
  view: ExecutionView;
  selected: ExecutionNode | undefined;
  onSelect: (node: ExecutionNode) => void;
}) {
  return (
    <ol className={classes.strip} aria-label="Stages">
      {view.nodes.map((stage) => {
        const failing = stage.children.some((child) => child.failure !== undefined);
        return (
          <li key={stage.node}>
            <button
              type="button"
              className={classes.stage}
              data-tone={failing ? 'fail' : statusTone(stage.status)}
              data-selected={
                selected?.node.startsWith(`${stage.node}.`) === true || selected?.node === stage.node
              }
              onClick={() => onSelect(mostTelling([stage]) ?? stage)}
            >
              <StatusMark status={failing && stage.status === 'RUNNING' ? 'FAILED' : stage.status} />
              <span>
                <span className={classes.stageName}>{stage.name}</span>
                <span className={classes.stageWords}>
                  {isRollingBack(stage) ? 'Rolling back' : statusWord(stage.status)}
                  {stage.startedAt !== undefined && (
                    <>
                      {' · '}
                      <Elapsed from={stage.startedAt} to={stage.endedAt} />
                    </>
                  )}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
