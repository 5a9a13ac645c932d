// The layers, told in words in docs/architecture.md. A rule here is the sentence there.
const tests = String.raw`\.test\.tsx?$|^packages/testing/|/test/|^e2e/|/testdata/|^tools/|^bench/`;

/** What each package may import of ours; `contracts` is the ground. */
const packagesBelow = {
  contracts: [],
  postgres: [],
  sandbox: [],
  readiness: ['contracts'],
  expressions: ['contracts'],
  'deploy-engine': ['contracts'],
  'pipeline-core': ['contracts', 'expressions'],
  steps: ['contracts', 'expressions', 'deploy-engine', 'pipeline-core'],
};
const appsAbove = {
  api: ['contracts', 'expressions', 'pipeline-core', 'steps', 'deploy-engine', 'postgres'],
  web: ['contracts', 'pipeline-core', 'expressions'],
  delegate: ['contracts', 'readiness', 'deploy-engine'],
  launcher: ['postgres', 'sandbox'],
};

const mayImport = (folder, name, allowed) => ({
  name: `${name}-imports`,
  comment: `${folder}/${name} may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^${folder}/${name}/`, pathNot: tests },
  to: {
    path: '^packages/',
    pathNot: `^packages/(${[...allowed, ...(folder === 'packages' ? [name] : [])].join('|') || '-'})/`,
  },
});

const pure = '^packages/(deploy-engine|expressions|pipeline-core|readiness|steps)/src/';

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(packagesBelow).map(([name, allowed]) => mayImport('packages', name, allowed)),
    ...Object.entries(appsAbove).map(([name, allowed]) => mayImport('apps', name, allowed)),
    {
      name: 'no-app-from-app',
      comment: 'apps talk over the network, never by import',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-app-from-package',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'packages-by-their-face',
      comment: 'import @slipway/<name>, not a file inside it',
      severity: 'error',
      from: { path: '^(apps|packages)/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/', pathNot: String.raw`^packages/[^/]+/src/index\.ts$|^$1/$2/` },
    },
    {
      name: 'tests-alone-use-testing',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '^packages/testing/' },
    },
    {
      name: 'pure-packages-know-no-node',
      severity: 'error',
      from: { path: pure, pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-packages-know-no-outside',
      severity: 'error',
      from: { path: pure, pathNot: tests },
      to: { path: 'node_modules/(@prisma|pg|fastify|socket\\.io|socket\\.io-client|undici|@kubernetes)/' },
    },
    {
      name: 'console-knows-no-node',
      severity: 'error',
      from: { path: '^apps/web/src/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'prisma-in-stores-and-queries',
      comment:
        'rows become words of the product in *-store.ts and *-queries.ts; platform/database.ts makes the client',
      severity: 'error',
      from: {
        path: '^apps/api/src/',
        pathNot: String.raw`(-store|-queries)\.ts$|^apps/api/src/platform/database\.ts$|/generated/|` + tests,
      },
      to: { path: '^apps/api/src/generated/|node_modules/@prisma/' },
    },
    {
      name: 'kubernetes-client-in-cluster',
      severity: 'error',
      from: { pathNot: '^apps/delegate/src/cluster/|' + tests },
      to: { path: 'node_modules/@kubernetes/' },
    },
    {
      name: 'tasks-know-no-socket',
      severity: 'error',
      from: { path: '^apps/delegate/src/tasks/', pathNot: tests },
      to: { path: 'node_modules/(socket\\.io-client|@kubernetes|undici)/|^apps/delegate/src/session/' },
    },
    {
      name: 'domains-by-their-door',
      comment: 'another domain is asked through its index.ts',
      severity: 'error',
      from: { path: '^apps/api/src/domains/([^/]+)/', pathNot: tests },
      to: { path: '^apps/api/src/domains/', pathNot: String.raw`^apps/api/src/domains/$1/|/index\.ts$` },
    },
    {
      name: 'operations-know-no-http',
      severity: 'error',
      from: { path: String.raw`^apps/api/src/.*-operations\.ts$` },
      to: { path: 'node_modules/(fastify|@fastify|fastify-[^/]+)/' },
    },
    {
      name: 'stores-act-for-nobody',
      severity: 'error',
      from: { path: String.raw`^apps/api/src/.*-(store|queries)\.ts$` },
      to: { path: String.raw`node_modules/(fastify|@fastify)/|-operations\.ts$|-routes\.ts$` },
    },
    {
      name: 'routes-know-no-store',
      severity: 'error',
      from: { path: String.raw`^apps/api/src/.*-routes\.ts$` },
      to: { path: String.raw`-store\.ts$` },
    },
    {
      name: 'ui-knows-no-product',
      severity: 'error',
      from: { path: '^apps/web/src/ui/', pathNot: tests },
      to: { path: '^apps/web/src/(api|pages|forms)/|^packages/|node_modules/react-router/' },
    },
    {
      name: 'pages-know-no-other-page',
      severity: 'error',
      from: { path: '^apps/web/src/pages/([^/]+)/', pathNot: tests },
      to: { path: '^apps/web/src/pages/', pathNot: '^apps/web/src/pages/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/generated/' },
    exclude: { path: '(^|/)dist/|\\.css$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
