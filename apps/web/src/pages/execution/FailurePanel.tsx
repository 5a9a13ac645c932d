import { Button } from '@mantine/core';
import type { Cause, Evidence, ExecutionView } from '@slipway/contracts';
import { Link } from 'react-router';
import { useProject } from '../../hooks/use-project.ts';
import { useNow } from '../../hooks/use-now.ts';
import { paths } from '../../paths.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Mark } from '../../ui/Mark.tsx';
import { clockTime, relativeTime } from '../../util/relative-time.ts';
import { distinctEvidence, failureMessage, messageOf } from './evidence.ts';
import type { Trouble } from './node-tree.ts';
import classes from './FailurePanel.module.css';

const evidenceWords = { event: 'Event', log: 'Log', status: 'Status', response: 'Answer' } as const;

function EvidenceBlock({ evidence }: { evidence: readonly Evidence[] }) {
  if (evidence.length === 0) return null;
  return (
    <ul className={classes.evidence} aria-label="Evidence">
      {distinctEvidence(evidence)
        .slice(0, 6)
        .map((piece, position) => (
          <li key={position}>
            <span className={classes.source}>
              {evidenceWords[piece.kind]}
              {piece.object !== undefined && ` of ${piece.object.kind.toLowerCase()}/${piece.object.name}`}
              {piece.at !== undefined && `, ${clockTime(piece.at)}`}
            </span>
            <pre tabIndex={0}>{piece.text}</pre>
          </li>
        ))}
    </ul>
  );
}

function Until({ cause }: { cause: Cause }) {
  const now = useNow(1000, cause.until !== undefined);
  if (cause.severity !== 'warning' || cause.until === undefined) return null;
  return (
    <p className="muted small nums">
      It is waited for until {clockTime(cause.until)} ({relativeTime(cause.until, now)}).
    </p>
  );
}

function CauseBlock({ cause, first }: { cause: Cause; first: boolean }) {
  const message = messageOf(cause);
  return (
    <div className={classes.cause}>
      {!first && (
        <h3>
          <Mark tone={cause.severity === 'fatal' ? 'fail' : 'warn'} /> {cause.title}
        </h3>
      )}
      {message !== null && <p>{message}</p>}
      {cause.object !== undefined && (
        <p className="muted small">
          {cause.object.kind} <code>{cause.object.name}</code>
          {cause.object.namespace !== undefined && ` in namespace ${cause.object.namespace}`}
        </p>
      )}
      <EvidenceBlock evidence={cause.evidence} />
      <Until cause={cause} />
      {cause.hints.map((hint) => (
        <p key={hint} className={classes.hint}>
          {hint}
        </p>
      ))}
      {cause.remedyYaml !== undefined && (
        <div className={classes.remedy}>
          <CopyButton text={cause.remedyYaml}>Copy the missing Role</CopyButton>
        </div>
      )}
    </div>
  );
}

/** Cause, evidence, remedy, in this order; it stands at the top from the moment the cause is known. */
export function FailurePanel({ trouble, view }: { trouble: Trouble; view: ExecutionView }) {
  const project = useProject();
  const [main] = trouble.causes;
  const { failure } = trouble;
  const warning = failure === null && trouble.causes.every((cause) => cause.severity === 'warning');
  const title = main?.title ?? failure?.message ?? 'It failed';
  const [service] = view.services;
  const beyond = failure === null ? null : failureMessage(failure, trouble.causes);
  return (
    <section
      className={classes.panel}
      data-tone={warning ? 'warn' : 'fail'}
      role="alert"
      aria-label="What is wrong"
    >
      <div className={classes.title}>
        <Mark tone={warning ? 'warn' : 'fail'} />
        <h2>{title}</h2>
      </div>
      <div className={classes.body}>
        {beyond !== null && main !== undefined && <p>{beyond}</p>}
        {trouble.causes.slice(0, 4).map((cause, position) => (
          <CauseBlock key={`${cause.code}${cause.title}`} cause={cause} first={position === 0} />
        ))}
        {main === undefined && failure !== null && <EvidenceBlock evidence={failure.evidence} />}
        {(failure?.hints ?? [])
          .filter((hint) => !trouble.causes.some((cause) => cause.hints.includes(hint)))
          .map((hint) => (
            <p key={hint} className={classes.hint}>
              {hint}
            </p>
          ))}
        {!warning && (
          <div className={classes.actions}>
            {service !== undefined && (
              <Button
                size="compact-md"
                variant="default"
                component={Link}
                to={`${paths.service(project, service)}?tab=edit`}
              >
                Edit service
              </Button>
            )}
            <Button
              size="compact-md"
              variant="default"
              component={Link}
              to={`${paths.pipeline(project, view.pipeline.identifier)}?tab=edit`}
            >
              Edit pipeline
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}
