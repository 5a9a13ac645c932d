import type { ReleaseView } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { placesOf, releaseTones, releaseWords } from '../../components/releases.ts';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Mark } from '../../ui/Mark.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Ago } from '../../ui/Time.tsx';
import type { OverviewProps } from './overview-props.ts';
import classes from './Entity.module.css';

function ReleaseLine({ release, place }: { release: ReleaseView; place: boolean }) {
  const project = useProject();
  return (
    <li>
      <Mark tone={releaseTones[release.status]} label={releaseWords[release.status]} />
      <Link className="link" to={paths.execution(project, release.executionId)}>
        Release {release.number}
      </Link>
      <span>
        {releaseWords[release.status]} <span className="muted">in</span> {release.environment}
        {place && (
          <span className="muted">
            , {release.infrastructure}, namespace {release.namespace}
          </span>
        )}
      </span>
      <span className="muted small">
        <Ago at={release.createdAt} />
        {release.inventory.length > 0 && `, ${release.inventory.length} objects`}
      </span>
      {release.images.length > 0 && (
        <span className="mono muted">{release.images.slice(0, 2).join(', ')}</span>
      )}
    </li>
  );
}

/** What of it runs where, then its releases. */
export function ServiceOverview({ scope, entity }: OverviewProps) {
  const releases = useQuery(queries.releases(scope, entity.identifier));
  return (
    <Loaded query={releases} rows={3}>
      {(page) => (
        <>
          <Panel title="Where it runs" flush>
            {page.items.length === 0 ? (
              <p className={classes.none}>It has not been deployed yet.</p>
            ) : (
              <ul className={classes.lines}>
                {placesOf(page.items).map(({ running, newest }) => (
                  <ReleaseLine key={newest.executionId} release={running ?? newest} place />
                ))}
              </ul>
            )}
          </Panel>
          {page.items.length > 1 && (
            <Panel title="Releases" aside={`${page.total} kept`} flush>
              <ul className={classes.lines}>
                {page.items.slice(0, 20).map((release) => (
                  <ReleaseLine
                    key={`${release.name}/${release.number}/${release.executionId}`}
                    release={release}
                    place={false}
                  />
                ))}
              </ul>
            </Panel>
          )}
        </>
      )}
    </Loaded>
  );
}
