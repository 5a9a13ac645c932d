import type { z } from 'zod';
import type { RoutePermission } from '../permissions.ts';

/** Where a route exists: `S` stands for all three scope prefixes, `P` for the project's only, `root` for `/api/v1` itself. */
export type RouteScope = 'S' | 'P' | 'root';

/**
 * One operation of the REST interface, as data: the API registers it, the OpenAPI document is made of it and a test walks it.
 * `path` is written below the scope prefix, with `:name` parameters.
 */
export interface RouteContract {
  readonly operationId: string;
  readonly scope: RouteScope;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly permission: RoutePermission;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Absent for routes that read the raw body (YAML documents, files). */
  readonly body?: z.ZodType;
  readonly rawBody?: 'document' | 'documents' | 'bytes';
  readonly responses: Readonly<Record<number, z.ZodType>>;
  /** Content types of the answer, the one without an Accept header first; JSON when left out. */
  readonly produces?: readonly [string, ...string[]];
  /** Honours Idempotency-Key. */
  readonly idempotent?: true;
  /** Example of a request body and of a response, shown in the OpenAPI document. */
  readonly examples?: { readonly request?: unknown; readonly response?: unknown };
}

export const route = <const R extends RouteContract>(contract: R): R => contract;

/** The prefixes of a route scope, in the order account, organization, project. */
export const scopePrefixes: Readonly<Record<RouteScope, readonly string[]>> = {
  root: ['/api/v1'],
  S: ['/api/v1', '/api/v1/orgs/:org', '/api/v1/orgs/:org/projects/:project'],
  P: ['/api/v1/orgs/:org/projects/:project'],
};
