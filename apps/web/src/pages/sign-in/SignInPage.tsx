import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, useNavigate, useSearchParams } from 'react-router';
import { call } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { ProblemView } from '../../components/ProblemView.tsx';
import { SignInLayout } from './SignInLayout.tsx';
import classes from './SignIn.module.css';

/** Only addresses of the console itself: a link must not lead elsewhere after signing in. */
export const safeReturn = (then: string | null): string =>
  then !== null && /^\/(?![/\\])/.test(then) ? then : '/';

export function SignInPage() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const then = safeReturn(search.get('then'));
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const installation = useQuery(queries.installation()).data;
  const session = useQuery({ ...queries.session(), retry: false });
  const signIn = useMutation({
    mutationFn: () => call('identity', 'signIn', {}, { body: { email, password } }),
    onSuccess: (made) => {
      client.setQueryData(queries.session().queryKey, made);
      void navigate(then, { replace: true });
    },
  });
  if (session.isSuccess) return <Navigate to={then} replace />;
  return (
    <SignInLayout title="Sign in">
      {installation?.bootstrapped === false && (
        <p className="muted small">
          Nobody has set a password here yet: open the one-time link that the program printed when it started,
          or make another with <code>pnpm sign-in-link</code>.
        </p>
      )}
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {signIn.isError && <ProblemView error={signIn.error} />}
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </SignInLayout>
  );
}
