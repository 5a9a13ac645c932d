import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.ts';
import { Elapsed } from '../ui/Time.tsx';
import { Mark } from '../ui/Mark.tsx';
import { Notice } from '../ui/Notice.tsx';
import classes from './SandboxPanel.module.css';

const tones = { waiting: 'none', running: 'run', done: 'ok', failed: 'fail' } as const;

/** While the sandbox cluster is built or started: how far it is. Nothing once it is ready, or when there is none. */
export function SandboxPanel() {
  const sandbox = useQuery(queries.sandbox()).data;
  if (
    sandbox === undefined ||
    sandbox.phase === 'off' ||
    sandbox.phase === 'ready' ||
    sandbox.phase === 'stopped'
  )
    return null;
  const failed = sandbox.phase === 'failed';
  return (
    <Notice
      tone={failed ? 'fail' : 'run'}
      title={failed ? 'The sandbox cluster could not be started' : 'The sandbox cluster is being prepared'}
    >
      <p className="muted">{sandbox.message}</p>
      {sandbox.hint !== undefined && <p>{sandbox.hint}</p>}
      <ol className={classes.steps}>
        {sandbox.steps.map((step) => (
          <li key={step.name}>
            <Mark tone={tones[step.state]} label={step.state} />
            <span>{step.name}</span>
            <span className={classes.detail}>{step.detail}</span>
            <span className={classes.time}>
              {step.startedAt !== undefined && <Elapsed from={step.startedAt} to={step.endedAt} />}
            </span>
          </li>
        ))}
      </ol>
    </Notice>
  );
}

/** Says on screens that show the sandbox what it is. */
export function SandboxFact() {
  const sandbox = useQuery(queries.sandbox()).data;
  if (sandbox?.phase !== 'ready') return null;
  return (
    <p className="muted small">
      The sandbox is a real Kubernetes {sandbox.kubernetesVersion} control plane on this machine; its pods are
      simulated.
    </p>
  );
}
