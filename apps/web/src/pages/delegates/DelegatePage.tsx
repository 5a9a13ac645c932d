import { Button, Modal } from '@mantine/core';
import type { DelegateView } from '@slipway/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { call } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemView } from '../../components/ProblemView.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import { paths } from '../../paths.ts';
import { Chip, Mark } from '../../ui/Mark.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { Ago } from '../../ui/Time.tsx';
import classes from './Delegates.module.css';

function Instances({ delegate }: { delegate: DelegateView }) {
  return (
    <Panel title="Instances" aside="Replicas that share the name" flush>
      {delegate.instances.length === 0 ? (
        <Empty title="No instance has connected yet">
          Look at the pod's log, and whether it reaches this address of Slipway.
        </Empty>
      ) : (
        <ul className={classes.instances}>
          {delegate.instances.map((instance) => (
            <li key={instance.instanceId}>
              <Mark
                tone={
                  instance.connected
                    ? instance.draining || instance.incompatible !== undefined
                      ? 'warn'
                      : 'ok'
                    : 'none'
                }
                label={instance.connected ? 'connected' : 'not connected'}
              />
              <span>
                <strong>{instance.hostname}</strong> <span className="mono muted">{instance.instanceId}</span>
                <span className={classes.under}>
                  {instance.incompatible ??
                    (instance.draining
                      ? 'Draining: takes no new tasks'
                      : instance.connected
                        ? `${instance.runningTasks} tasks running`
                        : 'Not connected')}
                </span>
              </span>
              <span className="muted small">
                v{instance.version}
                {instance.lastHeartbeatAt !== undefined && (
                  <>
                    , heartbeat <Ago at={instance.lastHeartbeatAt} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Forget({ delegate, scope }: { delegate: DelegateView; scope: DelegateView['scope'] }) {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const forget = useMutation({
    mutationFn: () => call('delegates', 'remove', scopeOnly(scope), { params: { name: delegate.name } }),
    onSuccess: () => {
      void navigate(paths.delegates(project));
      void client.invalidateQueries({ queryKey: ['delegate'] });
    },
  });
  if (delegate.connected) return null;
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        Forget
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Forget ${delegate.name}?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p>It leaves the list. Should it connect again, it comes back.</p>
        {forget.isError && <ProblemView error={forget.error} />}
        <div className={classes.confirm}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
          <Button variant="danger" loading={forget.isPending} onClick={() => forget.mutate()}>
            Forget delegate
          </Button>
        </div>
      </Modal>
    </>
  );
}

function scopeOnly(scope: DelegateView['scope']): { org?: string; project?: string } {
  return {
    ...(scope.org === undefined ? {} : { org: scope.org }),
    ...(scope.project === undefined ? {} : { project: scope.project }),
  };
}

const registered = (delegate: DelegateView) => <Ago at={delegate.createdAt} />;

/** Who is connected under one name. */
export function DelegatePage() {
  const project = useProject();
  const { name = '' } = useParams();
  const mayRemove = useMay('core_delegate_delete');
  // A delegate of a scope around the project is found in the list, which holds them all.
  const query = useQuery({
    ...queries.delegates(project, { limit: 200 }),
    select: (page) => page.items.find((delegate) => delegate.name === name) ?? null,
  });
  return (
    <Loaded query={query} page rows={5}>
      {(delegate) =>
        delegate === null ? (
          <Empty title={`No delegate is called ${name}`}>It was forgotten, or has never connected.</Empty>
        ) : (
          <>
            <PageHeader
              title={delegate.name}
              crumbs={[{ word: 'Delegates', to: paths.delegates(project) }, { word: delegate.name }]}
              aside={
                <Chip tone={delegate.connected ? 'ok' : 'warn'}>
                  {delegate.connected ? 'Connected' : 'Not connected'}
                </Chip>
              }
              actions={mayRemove && <Forget delegate={delegate} scope={delegate.scope} />}
            />
            <div className={classes.body}>
              <div className={classes.columns}>
                <Instances delegate={delegate} />
                <Panel title="About">
                  <Facts
                    facts={[
                      [
                        'Tags',
                        [delegate.name, ...delegate.tags.filter((tag) => tag !== delegate.name)].join(', '),
                      ],
                      ['Description', delegate.description],
                      [
                        'Scope',
                        delegate.scope.org === undefined
                          ? 'Account'
                          : delegate.scope.project === undefined
                            ? 'Organization'
                            : 'Project',
                      ],
                      [
                        'Last heartbeat',
                        delegate.lastHeartbeatAt === undefined ? (
                          'never'
                        ) : (
                          <Ago at={delegate.lastHeartbeatAt} />
                        ),
                      ],
                      ['Registered', registered(delegate)],
                    ]}
                  />
                </Panel>
              </div>
            </div>
          </>
        )
      }
    </Loaded>
  );
}
