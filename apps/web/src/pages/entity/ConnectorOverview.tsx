import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/operations.ts';
import { ProblemView } from '../../components/ProblemView.tsx';
import { SandboxPanel } from '../../components/SandboxPanel.tsx';
import { TestResult } from '../../components/TestResult.tsx';
import { ConnectivityWord } from '../../components/cells.tsx';
import { useMay } from '../../hooks/use-session.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Ago } from '../../ui/Time.tsx';
import type { OverviewProps } from './overview-props.ts';
import classes from './Entity.module.css';

/** Is it working, since when: the last test step by step, and another one. */
export function ConnectorOverview({ scope, entity }: OverviewProps) {
  const client = useQueryClient();
  const mayTest = useMay('core_connector_access');
  const test = useMutation({
    mutationFn: () =>
      call('connectionTests', 'testSaved', scope, { params: { identifier: entity.identifier } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['entity', 'connector'] }),
  });
  const result = test.data ?? entity.connectivity?.lastResult;
  return (
    <Panel
      title={
        <>
          <span style={{ marginRight: 8 }}>Connection</span>
          <ConnectivityWord entity={entity} />
        </>
      }
      aside={
        mayTest && (
          <Button variant="default" size="compact-md" loading={test.isPending} onClick={() => test.mutate()}>
            Test connection
          </Button>
        )
      }
    >
      <div className={classes.stack}>
        <p className="muted">
          {result === undefined ? (
            'It has not been tested.'
          ) : (
            <>
              Tested <Ago at={result.testedAt} />.
            </>
          )}
          {entity.connectivity?.lastConnectedAt !== undefined && entity.connectivity.status !== 'SUCCESS' && (
            <>
              {' '}
              It last worked <Ago at={entity.connectivity.lastConnectedAt} />.
            </>
          )}
        </p>
        <SandboxPanel />
        {test.isError && <ProblemView error={test.error} />}
        {result !== undefined && <TestResult result={result} />}
      </div>
    </Panel>
  );
}
