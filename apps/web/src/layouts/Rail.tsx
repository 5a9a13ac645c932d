import {
  IconBox,
  IconFile,
  IconHome,
  IconKey,
  IconLink,
  IconMenu2,
  IconPlayerPlay,
  IconRobot,
  IconServer2,
  IconSitemap,
} from '@tabler/icons-react';
import type { Icon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, NavLink, useLocation } from 'react-router';
import { queries } from '../api/queries.ts';
import { liveStatusFilter } from '../components/execution-status.ts';
import { useProject } from '../hooks/use-project.ts';
import { paths } from '../paths.ts';
import type { ProjectRef } from '../paths.ts';
import { Logo } from './Logo.tsx';
import { ProjectSwitcher } from './ProjectSwitcher.tsx';
import { RailFoot } from './RailFoot.tsx';
import classes from './Rail.module.css';

interface Entry {
  readonly word: string;
  readonly icon: Icon;
  readonly to: (project: ProjectRef) => string;
}

const daily: readonly Entry[] = [
  { word: 'Overview', icon: IconHome, to: paths.overview },
  { word: 'Executions', icon: IconPlayerPlay, to: paths.executions },
  { word: 'Pipelines', icon: IconSitemap, to: paths.pipelines },
  { word: 'Services', icon: IconBox, to: paths.services },
  { word: 'Environments', icon: IconServer2, to: paths.environments },
];
const setup: readonly Entry[] = [
  { word: 'Connectors', icon: IconLink, to: paths.connectors },
  { word: 'Delegates', icon: IconRobot, to: paths.delegates },
  { word: 'Secrets', icon: IconKey, to: paths.secrets },
  { word: 'Files', icon: IconFile, to: paths.files },
];

function RunningCount({ project }: { project: ProjectRef }) {
  const running =
    useQuery(queries.executions(project, { status: liveStatusFilter, limit: 1 })).data?.total ?? 0;
  if (running === 0) return null;
  return (
    <span className={classes.count}>
      {running}
      <span className="visually-hidden"> running</span>
    </span>
  );
}

function Entries({ entries, project }: { entries: readonly Entry[]; project: ProjectRef }) {
  const { pathname } = useLocation();
  return entries.map((entry) => {
    const to = entry.to(project);
    // The wizard belongs to the overview, which leads to it.
    const wizard = entry.word === 'Overview' && pathname.startsWith(paths.getStarted(project, ''));
    return (
      <li key={entry.word}>
        <NavLink
          to={to}
          end={entry.word === 'Overview'}
          className={({ isActive }) => `${classes.entry} ${isActive || wizard ? classes.current : ''}`}
        >
          <entry.icon size={17} stroke={1.6} aria-hidden="true" />
          <span className={classes.word}>{entry.word}</span>
          {entry.word === 'Executions' && <RunningCount project={project} />}
        </NavLink>
      </li>
    );
  });
}

export function Rail({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  const project = useProject();
  return (
    <header className={classes.rail} data-open={open}>
      <div className={classes.top}>
        <Link to={paths.overview(project)} className={classes.brand}>
          <Logo />
          Slipway
        </Link>
        <button
          type="button"
          className={classes.toggle}
          aria-expanded={open}
          aria-controls="rail-menu"
          onClick={onToggle}
        >
          <IconMenu2 size={20} stroke={1.6} aria-hidden="true" />
          <span className="visually-hidden">Menu</span>
        </button>
      </div>
      <div id="rail-menu" className={classes.menu}>
        <ProjectSwitcher />
        <nav aria-label="Project" className={classes.nav}>
          <ul>
            <Entries entries={daily} project={project} />
          </ul>
          <h2 className={classes.group}>Project setup</h2>
          <ul>
            <Entries entries={setup} project={project} />
          </ul>
        </nav>
        <RailFoot />
      </div>
    </header>
  );
}
