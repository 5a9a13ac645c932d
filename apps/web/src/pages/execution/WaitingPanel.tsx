import type { WaitingFor } from '@slipway/contracts';
import { Link } from 'react-router';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Mark } from '../../ui/Mark.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Elapsed } from '../../ui/Time.tsx';
import { clockTime } from '../../util/relative-time.ts';
import classes from './Execution.module.css';

/** What a node waits for: since when, until when, and who can unblock it. */
export function WaitingPanel({ waiting }: { waiting: WaitingFor }) {
  const project = useProject();
  const blocked = (waiting.delegates ?? []).length > 0;
  return (
    <Notice tone={blocked ? 'warn' : 'wait'} title={waiting.what}>
      <p className="muted small nums">
        For <Elapsed from={waiting.since} />
        {waiting.until !== undefined && <>, at most until {clockTime(waiting.until)}</>}
        {waiting.unblockedBy !== undefined && <>. {waiting.unblockedBy}</>}
      </p>
      {blocked && (
        <ul className={classes.reasons}>
          {waiting.delegates?.map((entry) => (
            <li key={entry.delegate}>
              <Mark tone={entry.eligible ? 'ok' : 'warn'} />
              <span>
                <strong>{entry.delegate}</strong> {entry.reason}
                {entry.remedy !== undefined && <span className="muted"> {entry.remedy}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {(waiting.queue ?? []).length > 0 && (
        <ol className={classes.reasons}>
          {waiting.queue?.map((entry) => (
            <li key={entry.executionId}>
              <span className="muted nums">{entry.position}.</span>
              <Link className="link" to={paths.execution(project, entry.executionId)}>
                {entry.pipeline} #{entry.sequence}
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Notice>
  );
}
