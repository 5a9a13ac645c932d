export interface ProjectRef {
  readonly org: string;
  readonly project: string;
}

const at = (project: ProjectRef): string =>
  `/orgs/${encodeURIComponent(project.org)}/projects/${encodeURIComponent(project.project)}`;
const one = (collection: string) => (project: ProjectRef, identifier: string) =>
  `${at(project)}/${collection}/${encodeURIComponent(identifier)}`;

/** Every address of the console. Nouns are those of the REST interface. */
export const paths = {
  signIn: '/sign-in',
  overview: at,
  getStarted: (project: ProjectRef, step = 'service') => `${at(project)}/get-started/${step}`,
  executions: (project: ProjectRef) => `${at(project)}/executions`,
  execution: one('executions'),
  pipelines: (project: ProjectRef) => `${at(project)}/pipelines`,
  newPipeline: (project: ProjectRef) => `${at(project)}/pipelines/new`,
  pipeline: one('pipelines'),
  services: (project: ProjectRef) => `${at(project)}/services`,
  newService: (project: ProjectRef) => `${at(project)}/services/new`,
  service: one('services'),
  environments: (project: ProjectRef) => `${at(project)}/environments`,
  newEnvironment: (project: ProjectRef) => `${at(project)}/environments/new`,
  environment: one('environments'),
  newInfrastructure: (project: ProjectRef, environment: string) =>
    `${one('environments')(project, environment)}/infrastructures/new`,
  infrastructure: (project: ProjectRef, environment: string, identifier: string) =>
    `${one('environments')(project, environment)}/infrastructures/${encodeURIComponent(identifier)}`,
  connectors: (project: ProjectRef) => `${at(project)}/connectors`,
  newConnector: (project: ProjectRef) => `${at(project)}/connectors/new`,
  connector: one('connectors'),
  delegates: (project: ProjectRef) => `${at(project)}/delegates`,
  installDelegate: (project: ProjectRef) => `${at(project)}/delegates/install`,
  delegateTokens: (project: ProjectRef) => `${at(project)}/delegates/tokens`,
  delegate: (project: ProjectRef, name: string) =>
    `${at(project)}/delegates/named/${encodeURIComponent(name)}`,
  secrets: (project: ProjectRef) => `${at(project)}/secrets`,
  newSecret: (project: ProjectRef) => `${at(project)}/secrets/new`,
  secret: one('secrets'),
  files: (project: ProjectRef) => `${at(project)}/files`,
  newFile: (project: ProjectRef) => `${at(project)}/files/new`,
  file: (project: ProjectRef, path: string) =>
    `${at(project)}/files/view/${path.replace(/^\//, '').split('/').map(encodeURIComponent).join('/')}`,
} as const;
