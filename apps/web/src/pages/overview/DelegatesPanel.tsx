import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { delegateWords } from '../../components/delegates.ts';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Mark } from '../../ui/Mark.tsx';
import { Panel } from '../../ui/Panel.tsx';
import classes from './Overview.module.css';

export function DelegatesPanel() {
  const project = useProject();
  const delegates = useQuery(queries.delegates(project, { limit: 200 }));
  return (
    <Panel
      title="Delegates"
      flush
      aside={
        <Link className="link" to={paths.delegates(project)}>
          All
        </Link>
      }
    >
      <Loaded query={delegates} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={classes.none}>
              None yet.{' '}
              <Link className="link" to={paths.installDelegate(project)}>
                Install one
              </Link>{' '}
              in the cluster you deploy to.
            </p>
          ) : (
            <ul className={classes.lines}>
              {page.items.slice(0, 6).map((delegate) => (
                <li key={delegate.name}>
                  <Mark
                    tone={delegate.connected ? 'ok' : 'warn'}
                    label={delegate.connected ? 'connected' : 'not connected'}
                  />
                  <span>
                    <Link to={paths.delegate(project, delegate.name)}>
                      <strong>{delegate.name}</strong>
                    </Link>
                    <span className={classes.under}>{delegateWords(delegate)}</span>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
