/** The permissions that routes declare, in the model product's words. */
export const permissions = [
  'core_organization_view',
  'core_organization_create',
  'core_organization_edit',
  'core_organization_delete',
  'core_project_view',
  'core_project_create',
  'core_project_edit',
  'core_project_delete',
  'core_pipeline_view',
  'core_pipeline_edit',
  'core_pipeline_delete',
  'core_pipeline_execute',
  'core_pipeline_abort',
  'core_service_view',
  'core_service_edit',
  'core_service_delete',
  'core_service_access',
  'core_environment_view',
  'core_environment_edit',
  'core_environment_delete',
  'core_environment_access',
  'core_connector_view',
  'core_connector_edit',
  'core_connector_delete',
  'core_connector_access',
  'core_secret_view',
  'core_secret_edit',
  'core_secret_delete',
  'core_secret_access',
  'core_file_view',
  'core_file_edit',
  'core_file_delete',
  'core_file_access',
  'core_delegate_view',
  'core_delegate_edit',
  'core_delegate_delete',
  'core_serviceaccount_view',
  'core_serviceaccount_manageapikey',
  'core_audit_view',
] as const;
export type Permission = (typeof permissions)[number];

/** What a route may ask for: a permission at the URL's scope, any signed-in actor, or nobody in particular. */
export type RoutePermission = Permission | 'signed-in' | 'public';

const isView = (permission: Permission): boolean => permission.endsWith('_view');
const ofAccount: ReadonlySet<Permission> = new Set(['core_organization_create', 'core_organization_delete']);
const insideOrganization = (permission: Permission): boolean => !ofAccount.has(permission);
const insideProject = (permission: Permission): boolean =>
  insideOrganization(permission) &&
  permission !== 'core_organization_edit' &&
  permission !== 'core_project_create';

export const builtInRoles = [
  '_account_admin',
  '_account_viewer',
  '_organization_admin',
  '_project_admin',
  '_project_viewer',
  '_pipeline_executor',
] as const;
export type BuiltInRole = (typeof builtInRoles)[number];

const viewing = permissions.filter(isView);

/** What each built-in role may do at the scope it is assigned at and below. */
export const rolePermissions: Readonly<Record<BuiltInRole, ReadonlySet<Permission>>> = {
  _account_admin: new Set(permissions),
  _account_viewer: new Set(viewing),
  _organization_admin: new Set(permissions.filter(insideOrganization)),
  _project_admin: new Set(permissions.filter(insideProject)),
  _project_viewer: new Set(
    viewing.filter((p) => p !== 'core_audit_view' && p !== 'core_serviceaccount_view'),
  ),
  _pipeline_executor: new Set([
    ...viewing.filter((p) => p !== 'core_audit_view' && p !== 'core_serviceaccount_view'),
    'core_pipeline_execute',
    'core_pipeline_abort',
    'core_service_access',
    'core_environment_access',
    'core_connector_access',
    'core_secret_access',
    'core_file_access',
  ] satisfies Permission[]),
};
