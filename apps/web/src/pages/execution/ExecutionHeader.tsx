import { Button, Modal } from '@mantine/core';
import type { ExecutionNode, ExecutionView } from '@slipway/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { call } from '../../api/operations.ts';
import { ProblemView } from '../../components/ProblemView.tsx';
import { StatusChip } from '../../components/StatusChip.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import { paths } from '../../paths.ts';
import { Ago, Elapsed } from '../../ui/Time.tsx';
import { StageStrip } from './StageStrip.tsx';
import classes from './Execution.module.css';

function AbortButton({ view }: { view: ExecutionView }) {
  const project = useProject();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const abort = useMutation({
    mutationFn: () =>
      call('executions', 'interrupt', project, {
        params: { executionId: view.executionId },
        body: { type: 'AbortAll' },
      }),
    onSuccess: () => {
      setAsking(false);
      void client.invalidateQueries({ queryKey: ['execution'] });
    },
  });
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        Abort
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title="Abort this execution?"
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p>
          What runs is stopped where it stands. Nothing is rolled back: objects that were applied stay as they
          are, and {view.services.join(', ') || 'the service'} may be half updated.
        </p>
        {abort.isError && <ProblemView error={abort.error} />}
        <div className={classes.confirm}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Let it run
          </Button>
          <Button variant="danger" loading={abort.isPending} onClick={() => abort.mutate()}>
            Abort execution
          </Button>
        </div>
      </Modal>
    </>
  );
}

function RerunButton({ view }: { view: ExecutionView }) {
  const project = useProject();
  const navigate = useNavigate();
  const key = useRef(crypto.randomUUID());
  const rerun = useMutation({
    mutationFn: () =>
      call('executions', 'start', project, {
        params: { identifier: view.pipeline.identifier },
        body: { rerunOf: view.executionId },
        idempotencyKey: key.current,
      }),
    onSuccess: ({ executionId }) => {
      key.current = crypto.randomUUID();
      void navigate(paths.execution(project, executionId));
    },
  });
  return (
    <>
      <Button variant="default" loading={rerun.isPending} onClick={() => rerun.mutate()}>
        Re-run
      </Button>
      {rerun.isError && <ProblemView error={rerun.error} />}
    </>
  );
}

function Byline({ view }: { view: ExecutionView }) {
  return (
    <p className={classes.byline}>
      <span>
        Started by <strong>{view.trigger.by.name}</strong> <Ago at={view.createdAt} />
      </span>
      <span>
        {view.endedAt === undefined ? 'Elapsed' : 'Took'}{' '}
        <Elapsed from={view.startedAt ?? view.createdAt} to={view.endedAt} />
      </span>
      {view.services.length > 0 && (
        <span>
          {view.services.join(', ')} → {view.environments.join(', ')}
        </span>
      )}
      {view.trigger.notes !== undefined && <span>{view.trigger.notes}</span>}
    </p>
  );
}

/** The headline sentence first, then who, when and the stages. */
export function ExecutionHeader({
  view,
  selected,
  onSelect,
}: {
  view: ExecutionView;
  selected: ExecutionNode | undefined;
  onSelect: (node: ExecutionNode) => void;
}) {
  const project = useProject();
  const mayRun = useMay('core_pipeline_execute');
  const mayAbort = useMay('core_pipeline_abort');
  return (
    <PageHeader
      documentTitle={`${view.headline} · ${view.pipeline.name} #${view.sequence}`}
      title={
        <>
          {view.pipeline.name} <span className={classes.sequence}>#{view.sequence}</span>
        </>
      }
      crumbs={[
        { word: 'Pipelines', to: paths.pipelines(project) },
        { word: view.pipeline.name, to: paths.pipeline(project, view.pipeline.identifier) },
        { word: `Execution ${view.sequence}` },
      ]}
      aside={<StatusChip status={view.status} />}
      actions={
        <>
          {view.trigger.rerunOf !== undefined && (
            <Button variant="default" component={Link} to={paths.execution(project, view.trigger.rerunOf)}>
              What it repeats
            </Button>
          )}
          {view.allowedActions.rerun && mayRun && <RerunButton view={view} />}
          {view.allowedActions.abort && mayAbort && <AbortButton view={view} />}
        </>
      }
    >
      <p className={classes.headline} role="status">
        {view.headline}
      </p>
      <Byline view={view} />
      <StageStrip view={view} selected={selected} onSelect={onSelect} />
    </PageHeader>
  );
}
