import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearchParams } from 'react-router';
import { call } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { ProblemView } from '../../components/ProblemView.tsx';
import { SignInLayout } from './SignInLayout.tsx';

/** A click spends the link, not the opening of it: previews of mail and chat programs open addresses, too. */
export function SignInByLinkPage() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const signIn = useMutation({
    mutationFn: () => call('identity', 'signInByLink', {}, { body: { token: search.get('token') ?? '' } }),
    onSuccess: (made) => {
      client.setQueryData(queries.session().queryKey, made);
      void navigate('/', { replace: true });
    },
  });
  return (
    <SignInLayout title="Welcome to Slipway">
      <p className="muted">This link signs you in once, as the administrator of this installation.</p>
      {signIn.isError && (
        <>
          <ProblemView error={signIn.error} />
          <p className="muted small">
            Make another link with <code>pnpm sign-in-link</code>.
          </p>
        </>
      )}
      <Button loading={signIn.isPending} onClick={() => signIn.mutate()}>
        Sign in
      </Button>
    </SignInLayout>
  );
}
