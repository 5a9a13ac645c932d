import type { ProjectRef } from '../paths.ts';

const key = 'slipway.project';

/** Where `/` leads: the project that was shown last, or the one every installation starts with. */
export function lastProject(): ProjectRef {
  const [org, project] = (localStorage.getItem(key) ?? '').split('/');
  if (org === undefined || org === '' || project === undefined) return { org: 'default', project: 'default' };
  return { org, project };
}

export function rememberProject(project: ProjectRef): void {
  localStorage.setItem(key, `${project.org}/${project.project}`);
}
