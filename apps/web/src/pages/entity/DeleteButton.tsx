import { Button, Modal } from '@mantine/core';
import type { EntityView } from '@slipway/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { isApiError } from '../../api/api-error.ts';
import { entities } from '../../api/entities.ts';
import type { EntityRef } from '../../api/entities.ts';
import type { ScopeRef } from '../../api/operations.ts';
import { ProblemView } from '../../components/ProblemView.tsx';
import classes from './Entity.module.css';

/** Says what goes; one that is in use says by whom, and asks a second time. */
export function DeleteButton({
  scope,
  entityRef,
  entity,
  noun,
  leadsTo,
}: {
  scope: ScopeRef;
  entityRef: EntityRef;
  entity: EntityView;
  noun: string;
  leadsTo: string;
}) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: (force: boolean) => entities.remove(scope, entityRef, force),
    onSuccess: async () => {
      await navigate(leadsTo);
      void client.invalidateQueries({ queryKey: ['entity'] });
    },
  });
  const inUse = isApiError(remove.error) && remove.error.code === 'entity.in_use';
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <Modal
        opened={asking}
        onClose={() => {
          setAsking(false);
          remove.reset();
        }}
        title={`Delete ${entity.name}?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p>The {noun} and its history of versions go. What it has deployed stays in the clusters.</p>
        {remove.isError && <ProblemView error={remove.error} />}
        <div className={classes.confirm}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
          <Button variant="danger" loading={remove.isPending} onClick={() => remove.mutate(inUse)}>
            {inUse ? 'Delete although it is in use' : `Delete ${noun}`}
          </Button>
        </div>
      </Modal>
    </>
  );
}
