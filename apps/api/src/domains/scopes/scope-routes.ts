import { scopeRoutes } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { registerRoute } from '../../platform/route.ts';
import type { ScopeOperations } from './scope-operations.ts';
import { listOrganizations, listProjects, toOrganizationView, toProjectView } from './scope-queries.ts';

export function registerScopeRoutes(
  app: FastifyInstance,
  deps: { database: Database; operations: ScopeOperations },
): void {
  registerOrganizationRoutes(app, deps);
  registerProjectRoutes(app, deps);
}

function registerOrganizationRoutes(
  app: FastifyInstance,
  { database, operations }: { database: Database; operations: ScopeOperations },
): void {
  const place = (org: string) => ({ level: 'org', org }) as const;
  registerRoute(app, scopeRoutes.listOrgs, ({ actor, query }) => listOrganizations(database, actor, query));
  registerRoute(app, scopeRoutes.createOrg, async ({ body, ...by }) =>
    toOrganizationView(await operations.create(place(body.identifier), body, by)),
  );
  registerRoute(app, scopeRoutes.getOrg, async ({ params }) => {
    const row = await operations.get(place(params.org));
    return row === null
      ? fail('entity.not_found', `There is no organization ${params.org}.`)
      : toOrganizationView(row);
  });
  registerRoute(app, scopeRoutes.putOrg, async ({ params, body, ...by }) => {
    const { row, created } = await operations.put(place(params.org), body, by);
    return { status: created ? 201 : 200, body: toOrganizationView(row) };
  });
  registerRoute(app, scopeRoutes.deleteOrg, ({ params, ...by }) => operations.remove(place(params.org), by));
}

function registerProjectRoutes(
  app: FastifyInstance,
  { database, operations }: { database: Database; operations: ScopeOperations },
): void {
  const place = ({ org, project }: { org: string; project: string }) =>
    ({ level: 'project', org, project }) as const;
  registerRoute(app, scopeRoutes.listProjects, ({ actor, params, query }) =>
    listProjects(database, actor, params.org, query),
  );
  registerRoute(app, scopeRoutes.createProject, async ({ params, body, ...by }) => {
    const row = await operations.create(place({ org: params.org, project: body.identifier }), body, by);
    return toProjectView({ ...row, org: params.org });
  });
  registerRoute(app, scopeRoutes.getProject, async ({ params }) => {
    const row = await operations.get(place(params));
    return row === null
      ? fail('entity.not_found', `There is no project ${params.project}.`)
      : toProjectView({ ...row, org: params.org });
  });
  registerRoute(app, scopeRoutes.putProject, async ({ params, body, ...by }) => {
    const { row, created } = await operations.put(place(params), body, by);
    return { status: created ? 201 : 200, body: toProjectView({ ...row, org: params.org }) };
  });
  registerRoute(app, scopeRoutes.deleteProject, ({ params, ...by }) => operations.remove(place(params), by));
}
