import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from 'react-router';
import { queries } from '../../api/queries.ts';
import { PasswordForm } from '../../components/PasswordForm.tsx';
import { Placeholder } from '../../ui/Placeholder.tsx';
import { SignInLayout } from './SignInLayout.tsx';

export function PasswordPage() {
  const session = useQuery(queries.session());
  if (session.isError) return <Navigate to="/sign-in?then=/password" replace />;
  if (session.data === undefined) return <Placeholder />;
  return (
    <SignInLayout title="Set your password">
      <PasswordForm session={session.data} />
      <Button variant="subtle" color="gray" component={Link} to="/">
        Back
      </Button>
    </SignInLayout>
  );
}
