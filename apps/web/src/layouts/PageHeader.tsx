import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { Link } from 'react-router';
import classes from './PageHeader.module.css';

export interface Crumb {
  readonly word: string;
  readonly to?: string;
}

/** Crumbs, title, the one primary button; below it what belongs to the head of the screen. */
export function PageHeader({
  title,
  crumbs = [],
  aside,
  actions,
  children,
  documentTitle,
}: {
  title: ReactNode;
  crumbs?: readonly Crumb[];
  aside?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  documentTitle?: string;
}) {
  const text = documentTitle ?? (typeof title === 'string' ? title : 'Slipway');
  useEffect(() => {
    document.title = `${text} · Slipway`;
  }, [text]);
  return (
    <header className={classes.header}>
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb">
          <ol className={classes.crumbs}>
            {crumbs.map((crumb) => (
              <li key={crumb.word}>
                {crumb.to === undefined ? (
                  <span aria-current="page">{crumb.word}</span>
                ) : (
                  <Link to={crumb.to}>{crumb.word}</Link>
                )}
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className={classes.line}>
        <div className={classes.title}>
          <h1>{title}</h1>
          {aside}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </header>
  );
}
