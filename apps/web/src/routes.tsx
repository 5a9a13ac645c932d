import type { RouteObject } from 'react-router';
import { AppLayout } from './layouts/AppLayout.tsx';
import { HomePage } from './pages/HomePage.tsx';
import { NotFoundPage, RouteError } from './pages/RouteError.tsx';

type Screen = () => Promise<{ Component: React.ComponentType }>;

const entityList =
  (kind: 'service' | 'environment' | 'connector' | 'secret'): Screen =>
  async () => {
    const { EntityListPage } = await import('./pages/lists/EntityListPage.tsx');
    return { Component: () => <EntityListPage key={kind} kind={kind} /> };
  };
type Kind = 'service' | 'environment' | 'connector' | 'secret' | 'pipeline' | 'infrastructure';
const entity =
  (kind: Kind): Screen =>
  async () => {
    const { EntityPage } = await import('./pages/entity/EntityPage.tsx');
    return { Component: () => <EntityPage key={kind} kind={kind} /> };
  };
const newEntity =
  (kind: Kind): Screen =>
  async () => {
    const { NewEntityPage } = await import('./pages/entity/NewEntityPage.tsx');
    return { Component: () => <NewEntityPage key={kind} kind={kind} /> };
  };
const entityRoutes = (
  collection: string,
  kind: Exclude<Kind, 'pipeline' | 'infrastructure'>,
): RouteObject[] => [
  { path: collection, lazy: entityList(kind) },
  { path: `${collection}/new`, lazy: newEntity(kind) },
  { path: `${collection}/:identifier`, lazy: entity(kind) },
];

const inProject: RouteObject[] = [
  {
    index: true,
    lazy: async () => ({ Component: (await import('./pages/overview/OverviewPage.tsx')).OverviewPage }),
  },
  {
    path: 'get-started/:step?',
    lazy: async () => ({
      Component: (await import('./pages/get-started/GetStartedPage.tsx')).GetStartedPage,
    }),
  },
  {
    path: 'executions',
    lazy: async () => ({ Component: (await import('./pages/lists/ExecutionsPage.tsx')).ExecutionsPage }),
  },
  {
    path: 'executions/:executionId',
    lazy: async () => ({ Component: (await import('./pages/execution/ExecutionPage.tsx')).ExecutionPage }),
  },
  {
    path: 'pipelines',
    lazy: async () => ({ Component: (await import('./pages/lists/PipelinesPage.tsx')).PipelinesPage }),
  },
  { path: 'pipelines/new', lazy: newEntity('pipeline') },
  { path: 'pipelines/:identifier', lazy: entity('pipeline') },
  ...entityRoutes('services', 'service'),
  ...entityRoutes('environments', 'environment'),
  { path: 'environments/:environment/infrastructures/new', lazy: newEntity('infrastructure') },
  { path: 'environments/:environment/infrastructures/:identifier', lazy: entity('infrastructure') },
  ...entityRoutes('connectors', 'connector'),
  ...entityRoutes('secrets', 'secret'),
  {
    path: 'delegates',
    lazy: async () => ({ Component: (await import('./pages/delegates/DelegatesPage.tsx')).DelegatesPage }),
  },
  {
    path: 'delegates/install',
    lazy: async () => ({
      Component: (await import('./pages/delegates/InstallDelegatePage.tsx')).InstallDelegatePage,
    }),
  },
  {
    path: 'delegates/tokens',
    lazy: async () => ({ Component: (await import('./pages/delegates/TokensPage.tsx')).TokensPage }),
  },
  {
    path: 'delegates/named/:name',
    lazy: async () => ({ Component: (await import('./pages/delegates/DelegatePage.tsx')).DelegatePage }),
  },
  {
    path: 'files',
    lazy: async () => ({ Component: (await import('./pages/files/FilesPage.tsx')).FilesPage }),
  },
  {
    path: 'files/new',
    lazy: async () => ({ Component: (await import('./pages/files/FilePage.tsx')).NewFilePage }),
  },
  {
    path: 'files/view/*',
    lazy: async () => ({ Component: (await import('./pages/files/FilePage.tsx')).FilePage }),
  },
  { path: '*', Component: NotFoundPage },
];

/** Every screen by its address. Each is fetched when it is first visited. */
export const routes: RouteObject[] = [
  {
    ErrorBoundary: RouteError,
    HydrateFallback: () => null,
    children: [
      { path: '/', Component: HomePage },
      {
        path: '/sign-in',
        lazy: async () => ({ Component: (await import('./pages/sign-in/SignInPage.tsx')).SignInPage }),
      },
      {
        path: '/sign-in/link',
        lazy: async () => ({
          Component: (await import('./pages/sign-in/SignInByLinkPage.tsx')).SignInByLinkPage,
        }),
      },
      {
        path: '/password',
        lazy: async () => ({ Component: (await import('./pages/sign-in/PasswordPage.tsx')).PasswordPage }),
      },
      {
        path: '/orgs/:org/projects/:project',
        Component: AppLayout,
        children: [{ ErrorBoundary: RouteError, children: inProject }],
      },
      { path: '*', Component: NotFoundPage },
    ],
  },
];
