import { z } from 'zod';
import { IdentifierSchema, NameSchema } from '../ids.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import { TimestampSchema } from './view-fields.ts';
import { route } from './route.ts';

export const OrganizationViewSchema = z
  .object({
    identifier: z.string(),
    name: z.string(),
    description: z.string().optional(),
    createdAt: TimestampSchema,
    updatedAt: TimestampSchema,
    version: z.int(),
  })
  .meta({ id: 'Organization' });
export type OrganizationView = z.infer<typeof OrganizationViewSchema>;
export const ProjectViewSchema = OrganizationViewSchema.extend({ org: z.string() }).meta({ id: 'Project' });
export type ProjectView = z.infer<typeof ProjectViewSchema>;

const body = z.strictObject({
  identifier: IdentifierSchema,
  name: NameSchema,
  description: z.string().max(4096).optional(),
});
const Org = z.object({ org: z.string() });
const OrgAndProject = z.object({ org: z.string(), project: z.string() });
const base = { scope: 'root', tag: 'scopes' } as const;

export const scopeRoutes = {
  listOrgs: route({
    ...base,
    operationId: 'listOrganizations',
    method: 'GET',
    path: '/orgs',
    summary: 'Organizations one may see',
    permission: 'signed-in',
    query: PageQuerySchema,
    responses: { 200: pageOf(OrganizationViewSchema) },
  }),
  createOrg: route({
    ...base,
    operationId: 'createOrganization',
    method: 'POST',
    path: '/orgs',
    summary: 'Create an organization',
    permission: 'core_organization_create',
    body,
    responses: { 201: OrganizationViewSchema },
  }),
  getOrg: route({
    ...base,
    operationId: 'getOrganization',
    method: 'GET',
    path: '/orgs/:org',
    summary: 'One organization',
    permission: 'core_organization_view',
    params: Org,
    responses: { 200: OrganizationViewSchema },
  }),
  putOrg: route({
    ...base,
    operationId: 'putOrganization',
    method: 'PUT',
    path: '/orgs/:org',
    summary: 'Create or change an organization',
    permission: 'core_organization_edit',
    params: Org,
    body,
    responses: { 200: OrganizationViewSchema, 201: OrganizationViewSchema },
  }),
  deleteOrg: route({
    ...base,
    operationId: 'deleteOrganization',
    method: 'DELETE',
    path: '/orgs/:org',
    summary: 'Delete an empty organization',
    permission: 'core_organization_delete',
    params: Org,
    responses: { 204: z.void() },
  }),
  listProjects: route({
    ...base,
    operationId: 'listProjects',
    method: 'GET',
    path: '/orgs/:org/projects',
    summary: 'Projects of an organization one may see',
    permission: 'signed-in',
    params: Org,
    query: PageQuerySchema,
    responses: { 200: pageOf(ProjectViewSchema) },
  }),
  createProject: route({
    ...base,
    operationId: 'createProject',
    method: 'POST',
    path: '/orgs/:org/projects',
    summary: 'Create a project',
    permission: 'core_project_create',
    params: Org,
    body,
    responses: { 201: ProjectViewSchema },
  }),
  getProject: route({
    ...base,
    operationId: 'getProject',
    method: 'GET',
    path: '/orgs/:org/projects/:project',
    summary: 'One project',
    permission: 'core_project_view',
    params: OrgAndProject,
    responses: { 200: ProjectViewSchema },
  }),
  putProject: route({
    ...base,
    operationId: 'putProject',
    method: 'PUT',
    path: '/orgs/:org/projects/:project',
    summary: 'Create or change a project',
    permission: 'core_project_edit',
    params: OrgAndProject,
    body,
    responses: { 200: ProjectViewSchema, 201: ProjectViewSchema },
  }),
  deleteProject: route({
    ...base,
    operationId: 'deleteProject',
    method: 'DELETE',
    path: '/orgs/:org/projects/:project',
    summary: 'Delete an empty project',
    permission: 'core_project_delete',
    params: OrgAndProject,
    responses: { 204: z.void() },
  }),
};
