import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { EntityRef } from '../../api/entities.ts';
import type { ScopeRef } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { Panel } from '../../ui/Panel.tsx';
import { kindWords } from './kind-words.ts';
import classes from './Entity.module.css';

export function UsedBy({ scope, entityRef }: { scope: ScopeRef; entityRef: EntityRef }) {
  const project = useProject();
  const usedBy = useQuery(queries.usedBy(scope, entityRef));
  return (
    <Panel title="Used by" flush>
      <Loaded query={usedBy} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={classes.none}>Nothing refers to it.</p>
          ) : (
            <ul className={classes.lines}>
              {page.items.map((referrer) => (
                <li key={`${referrer.kind}/${referrer.environment ?? ''}/${referrer.identifier}`}>
                  <Link
                    className="link"
                    to={kindWords[referrer.kind].one(
                      project,
                      referrer.identifier,
                      referrer.environment ?? '',
                    )}
                  >
                    {referrer.name}
                  </Link>
                  <span className="muted">
                    {kindWords[referrer.kind].noun}
                    {referrer.environment !== undefined && ` of ${referrer.environment}`}
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
