import type { ReactNode } from 'react';
import classes from './Empty.module.css';

/** What the thing is, and how to get the first one. */
export function Empty({
  title,
  children,
  action,
  command,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  command?: string;
}) {
  return (
    <div className={classes.empty}>
      <h2>{title}</h2>
      {children !== undefined && <p className="muted">{children}</p>}
      {action !== undefined && <div className={classes.action}>{action}</div>}
      {command !== undefined && (
        <pre className={classes.command} tabIndex={0}>
          {command}
        </pre>
      )}
    </div>
  );
}
