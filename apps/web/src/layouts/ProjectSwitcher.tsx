import { Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { queries } from '../api/queries.ts';
import { useProject } from '../hooks/use-project.ts';
import { paths } from '../paths.ts';
import classes from './ProjectSwitcher.module.css';

function Choices() {
  const current = useProject();
  const navigate = useNavigate();
  const orgs = useQuery(queries.orgs()).data?.items ?? [];
  const projects = useQueries({ queries: orgs.map((org) => queries.projects(org.identifier)) });
  return orgs.map((org, position) => (
    <div key={org.identifier}>
      <Menu.Label>{org.name}</Menu.Label>
      {projects[position]?.data?.items.map((project) => {
        const isCurrent = org.identifier === current.org && project.identifier === current.project;
        return (
          <Menu.Item
            key={project.identifier}
            aria-current={isCurrent ? 'true' : undefined}
            onClick={() =>
              void navigate(paths.overview({ org: org.identifier, project: project.identifier }))
            }
          >
            {isCurrent ? <strong>{project.name}</strong> : project.name}
          </Menu.Item>
        );
      })}
    </div>
  ));
}

export function ProjectSwitcher() {
  const project = useProject();
  const [opened, setOpened] = useState(false);
  const known = useQuery(queries.project(project)).data;
  const orgName = useQuery(queries.orgs()).data?.items.find((org) => org.identifier === project.org)?.name;
  return (
    <Menu position="bottom-start" width="target" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <button type="button" className={classes.switcher}>
          <span>
            <span className={classes.org}>{orgName ?? project.org}</span>
            <span className={classes.project}>{known?.name ?? project.project}</span>
          </span>
          <IconChevronDown size={15} stroke={1.6} aria-hidden="true" />
          <span className="visually-hidden">Switch project</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>{opened && <Choices />}</Menu.Dropdown>
    </Menu>
  );
}
