import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { Logo } from '../../layouts/Logo.tsx';
import classes from './SignIn.module.css';

export function SignInLayout({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Slipway`;
  }, [title]);
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo />
          Slipway
        </div>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
