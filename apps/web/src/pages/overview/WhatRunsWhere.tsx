import type { EntitySummary, ReleaseView } from '@slipway/contracts';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { imageVersion, placesOf, releaseTones, releaseWords } from '../../components/releases.ts';
import type { Place } from '../../components/releases.ts';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Mark } from '../../ui/Mark.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Ago } from '../../ui/Time.tsx';
import classes from './Overview.module.css';

const shownServices = 12;

const version = (release: ReleaseView): string => {
  const [image] = release.images;
  return image === undefined ? `release ${release.number}` : imageVersion(image);
};

function Cell({ places }: { places: readonly Place[] }) {
  const project = useProject();
  const [place] = places;
  if (place === undefined) return <span className="muted">not deployed</span>;
  const { newest, running } = place;
  const isNewest = running === newest;
  return (
    <Link className={classes.cell} to={paths.execution(project, newest.executionId)}>
      <Mark tone={releaseTones[newest.status]} label={releaseWords[newest.status]} />
      <span>
        <span className="mono">{running === undefined ? version(newest) : version(running)}</span>
        <span className={classes.under}>
          {isNewest
            ? `release ${newest.number}`
            : `${version(newest)} ${releaseWords[newest.status].toLowerCase()}`}
          , <Ago at={newest.createdAt} />
        </span>
      </span>
    </Link>
  );
}

/** Services against environments: the newest release of each, and how it went. */
export function WhatRunsWhere() {
  const project = useProject();
  const services =
    useQuery(queries.entities(project, 'service', { limit: shownServices, sort: 'name' })).data?.items ?? [];
  const environments =
    useQuery(queries.entities(project, 'environment', { limit: 20, sort: 'name' })).data?.items ?? [];
  const releases = useQueries({
    queries: services.map((service) => queries.releases(project, service.identifier, 20)),
  });
  if (services.length === 0 || environments.length === 0) return null;
  const at = (position: number, environment: EntitySummary) =>
    placesOf(releases[position]?.data?.items ?? []).filter(
      (place) => place.environment === environment.identifier,
    );
  return (
    <Panel title="What runs where" flush>
      <div
        className={classes.matrix}
        tabIndex={0}
        role="region"
        aria-label="What runs where, services by environments"
      >
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              {environments.map((environment) => (
                <th key={environment.identifier} scope="col">
                  <Link to={paths.environment(project, environment.identifier)}>{environment.name}</Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {services.map((service, position) => (
              <tr key={service.identifier}>
                <th scope="row">
                  <Link to={paths.service(project, service.identifier)}>{service.name}</Link>
                </th>
                {environments.map((environment) => (
                  <td key={environment.identifier}>
                    <Cell places={at(position, environment)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
