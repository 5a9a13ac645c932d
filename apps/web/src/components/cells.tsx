import type { EntitySummary, ExecutionSummary } from '@slipway/contracts';
import { Link } from 'react-router';
import { useProject } from '../hooks/use-project.ts';
import { paths } from '../paths.ts';
import type { ProjectRef } from '../paths.ts';
import { Chip, Mark } from '../ui/Mark.tsx';
import { Ago } from '../ui/Time.tsx';
import { StatusMark } from './StatusChip.tsx';
import { statusTone, statusWord } from './execution-status.ts';
import classes from './cells.module.css';

export function NameCell({ name, under }: { name: string; under?: string | undefined }) {
  return (
    <>
      {name}
      {under !== undefined && under !== '' && <span className={classes.under}>{under}</span>}
    </>
  );
}

/** `account` or `org` beside entities that come from a scope around the project. */
export function ScopeWord({ scope }: { scope: EntitySummary['scope'] }) {
  if (scope.project !== undefined) return null;
  return <Chip tone="none">{scope.org === undefined ? 'Account' : 'Organization'}</Chip>;
}

export const scopeQuery = (scope: EntitySummary['scope']): string =>
  scope.project !== undefined ? '' : scope.org === undefined ? '?scope=account' : '?scope=org';

const connectivityTones = { SUCCESS: 'ok', FAILURE: 'fail', UNKNOWN: 'none' } as const;
const connectivityWords = { SUCCESS: 'Works', FAILURE: 'Fails', UNKNOWN: 'Not tested' } as const;

export function ConnectivityWord({ entity }: { entity: Pick<EntitySummary, 'connectivity'> }) {
  const status = entity.connectivity?.status ?? 'UNKNOWN';
  return <Chip tone={connectivityTones[status]}>{connectivityWords[status]}</Chip>;
}

export function StageMarks({ execution }: { execution: ExecutionSummary }) {
  return (
    <span className={classes.marks}>
      {execution.stages.map((stage) => (
        <span key={stage.identifier} title={`${stage.name}: ${statusWord(stage.status)}`}>
          <Mark tone={statusTone(stage.status)} label={`${stage.name}: ${statusWord(stage.status)}`} />
        </span>
      ))}
    </span>
  );
}

/** The last runs of a pipeline, the newest at the right. */
export function RunMarks({
  executions,
  project,
}: {
  executions: readonly ExecutionSummary[];
  project: ProjectRef;
}) {
  return (
    <span className={classes.marks}>
      {executions.toReversed().map((execution) => (
        <Link
          key={execution.executionId}
          to={paths.execution(project, execution.executionId)}
          title={`#${execution.sequence} ${execution.headline}`}
        >
          <Mark
            tone={statusTone(execution.status)}
            label={`#${execution.sequence}: ${statusWord(execution.status)}`}
          />
        </Link>
      ))}
    </span>
  );
}

/** One execution as two lines, for panels. */
export function ExecutionLine({ execution }: { execution: ExecutionSummary }) {
  const project = useProject();
  return (
    <Link className={classes.line} to={paths.execution(project, execution.executionId)}>
      <StatusMark status={execution.status} />
      <span>
        <span className={classes.lineTitle}>
          {execution.pipeline.name} <span className={classes.sequence}>#{execution.sequence}</span>
        </span>
        <span className={classes.under}>{execution.headline}</span>
      </span>
      <span className={classes.when}>
        <Ago at={execution.createdAt} />
      </span>
    </Link>
  );
}
