import { Button, Modal, TextInput } from '@mantine/core';
import type { DelegateTokenView } from '@slipway/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemView } from '../../components/ProblemView.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import { paths } from '../../paths.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Chip, Mark } from '../../ui/Mark.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Ago } from '../../ui/Time.tsx';
import classes from './Delegates.module.css';

function NewToken() {
  const project = useProject();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => call('delegates', 'createToken', project, { body: { name } }),
    onSuccess: () => {
      setName('');
      void client.invalidateQueries({ queryKey: ['delegate'] });
    },
  });
  return (
    <Panel title="New token">
      <form
        className={classes.make}
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextInput
          label="Name of the token"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          spellCheck={false}
        />
        <Button type="submit" variant="default" loading={make.isPending} disabled={name === ''}>
          Make token
        </Button>
      </form>
      {make.isError && <ProblemView error={make.error} />}
      {make.data !== undefined && (
        <Notice
          tone="ok"
          title={`${make.data.name} is made`}
          actions={<CopyButton text={make.data.value}>Copy token</CopyButton>}
        >
          <p className="muted">It is shown this once: copy it now.</p>
          <p className="mono">{make.data.value}</p>
        </Notice>
      )}
    </Panel>
  );
}

function TokenLine({ token }: { token: DelegateTokenView }) {
  const project = useProject();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const active = token.status === 'ACTIVE';
  const act = useMutation({
    mutationFn: (): Promise<unknown> =>
      call('delegates', active ? 'revokeToken' : 'removeToken', project, { params: { name: token.name } }),
    onSuccess: () => {
      setAsking(false);
      void client.invalidateQueries({ queryKey: ['delegate'] });
    },
  });
  return (
    <li>
      <Mark tone={active ? 'ok' : 'none'} />
      <span>
        <strong>{token.name}</strong>{' '}
        <Chip tone={active ? 'ok' : 'none'}>{active ? 'Active' : 'Revoked'}</Chip>
        <span className={classes.under}>
          Made <Ago at={token.createdAt} />
          {token.lastUsedAt === undefined ? (
            ', never used'
          ) : (
            <>
              , last used <Ago at={token.lastUsedAt} />
            </>
          )}
        </span>
      </span>
      <Button
        size="compact-sm"
        variant="danger"
        onClick={() => (active ? setAsking(true) : act.mutate())}
        loading={act.isPending}
      >
        {active ? 'Revoke' : 'Delete'}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Revoke ${token.name}?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p>
          Every delegate that uses it is disconnected at once, and cannot come back with it. This cannot be
          undone.
        </p>
        {act.isError && <ProblemView error={act.error} />}
        <div className={classes.confirm}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
          <Button variant="danger" loading={act.isPending} onClick={() => act.mutate()}>
            Revoke token
          </Button>
        </div>
      </Modal>
    </li>
  );
}

export function TokensPage() {
  const project = useProject();
  const tokens = useQuery(queries.delegateTokens(project, { limit: 200 }));
  return (
    <>
      <PageHeader
        title="Delegate tokens"
        crumbs={[{ word: 'Delegates', to: paths.delegates(project) }, { word: 'Tokens' }]}
      />
      <div className={classes.body}>
        <div className={classes.narrow}>
          <NewToken />
          <Panel title="Tokens of this project" flush>
            <Loaded query={tokens} rows={3}>
              {(page) =>
                page.items.length === 0 ? (
                  <Empty title="No token yet">
                    A token lets a delegate register. The install document makes one by itself.
                  </Empty>
                ) : (
                  <ul className={classes.instances}>
                    {page.items.map((token) => (
                      <TokenLine key={token.name} token={token} />
                    ))}
                  </ul>
                )
              }
            </Loaded>
          </Panel>
        </div>
      </div>
    </>
  );
}
