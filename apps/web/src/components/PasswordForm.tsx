import { Button, PasswordInput, TextInput } from '@mantine/core';
import type { SessionView } from '@slipway/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/operations.ts';
import { queries } from '../api/queries.ts';
import { Notice } from '../ui/Notice.tsx';
import { ProblemView } from './ProblemView.tsx';
import classes from './PasswordForm.module.css';

/** Sets the own password; at the first sign-in the e-mail address, too. */
export function PasswordForm({ session }: { session: SessionView }) {
  const client = useQueryClient();
  const first = session.mustSetPassword;
  const [email, setEmail] = useState(session.actor.email ?? '');
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const emailPart = email === '' ? {} : { email };
  const save = useMutation({
    mutationFn: () =>
      call(
        'identity',
        'setPassword',
        {},
        {
          body: {
            password,
            ...(first ? emailPart : { currentPassword: current }),
          },
        },
      ),
    onSuccess: (changed) => client.setQueryData(queries.session().queryKey, changed),
  });
  if (save.isSuccess)
    return (
      <Notice tone="ok" title="The password is set">
        <p className="muted">You can sign in with it from now on. Other sessions have ended.</p>
      </Notice>
    );
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {first ? (
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
      ) : (
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
      )}
      <PasswordInput
        label="New password"
        description="At least 12 characters"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {save.isError && <ProblemView error={save.error} />}
      <div>
        <Button type="submit" variant="default" loading={save.isPending} disabled={password === ''}>
          Set password
        </Button>
      </div>
    </form>
  );
}
