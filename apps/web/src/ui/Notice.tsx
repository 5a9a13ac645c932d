import type { ReactNode } from 'react';
import { Mark } from './Mark.tsx';
import type { Tone } from './Mark.tsx';
import classes from './Notice.module.css';

/** A message in place: title, what is behind it, what to do. `alert` reads it out at once. */
export function Notice({
  tone,
  title,
  children,
  actions,
  alert = false,
}: {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  alert?: boolean;
}) {
  return (
    <div className={classes.notice} data-tone={tone} role={alert ? 'alert' : undefined}>
      <span className={classes.mark}>
        <Mark tone={tone} />
      </span>
      <div className={classes.words}>
        <div className={classes.title}>{title}</div>
        {children}
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
    </div>
  );
}
