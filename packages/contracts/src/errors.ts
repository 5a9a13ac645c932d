/**
 * Every error a program may meet, by code. The list is the type: a code without a status cannot exist.
 * `title` is the same for every occurrence; what happened this time stands in the problem's `detail`.
 */
export interface ErrorKind {
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
}

export const errors = {
  'request.invalid': { status: 422, retryable: false, title: 'The request is not valid' },
  'request.malformed': { status: 400, retryable: false, title: 'The request cannot be read' },
  'request.scope_mismatch': {
    status: 400,
    retryable: false,
    title: 'The document names another scope than the URL',
  },
  'request.identifier_mismatch': {
    status: 400,
    retryable: false,
    title: 'The document names another identifier than the URL',
  },
  'request.unsupported_media_type': {
    status: 415,
    retryable: false,
    title: 'The content type is not supported',
  },
  'request.too_large': { status: 413, retryable: false, title: 'The request body is too large' },
  'request.rate_limited': { status: 429, retryable: true, title: 'Too many requests' },
  'request.cross_site': { status: 403, retryable: false, title: 'The request came from another site' },
  'cursor.invalid': { status: 400, retryable: false, title: 'The cursor is not one of this list' },
  'route.not_found': { status: 404, retryable: false, title: 'There is no such address' },
  internal: { status: 500, retryable: true, title: 'Slipway failed' },
  'service.unavailable': { status: 503, retryable: true, title: 'Slipway cannot answer now' },
  'identity.unauthenticated': { status: 401, retryable: false, title: 'Sign in first' },
  'identity.wrong_credentials': {
    status: 401,
    retryable: false,
    title: 'The e-mail address or the password is wrong',
  },
  'identity.link_spent': { status: 410, retryable: false, title: 'The sign-in link cannot be used any more' },
  'identity.password_weak': { status: 422, retryable: false, title: 'The password is too weak' },
  'access.forbidden': { status: 403, retryable: false, title: 'Not permitted' },
  'entity.not_found': { status: 404, retryable: false, title: 'Not found' },
  'entity.identifier_taken': { status: 409, retryable: false, title: 'The identifier is taken' },
  'entity.version_conflict': { status: 412, retryable: false, title: 'Somebody else changed it meanwhile' },
  'entity.in_use': { status: 409, retryable: false, title: 'It is in use' },
  'document.invalid': { status: 422, retryable: false, title: 'The document is not valid' },
  'document.unsupported_field': {
    status: 422,
    retryable: false,
    title: 'The document uses something that is not supported yet',
  },
  'document.malformed': { status: 422, retryable: false, title: 'The document is not valid YAML' },
  'reference.not_found': { status: 422, retryable: false, title: 'A reference leads nowhere' },
  'expression.invalid': { status: 422, retryable: false, title: 'An expression is not valid' },
  'idempotency.key_reused': {
    status: 409,
    retryable: false,
    title: 'The idempotency key belongs to another request',
  },
  'file.path_invalid': { status: 422, retryable: false, title: 'The file path is not valid' },
  'connector.test_failed': { status: 422, retryable: false, title: 'The connection test failed' },
  'connector.no_delegate': { status: 409, retryable: true, title: 'No delegate can run the connection test' },
  'namespace.forbidden': {
    status: 422,
    retryable: false,
    title: 'The connector may not work in this namespace',
  },
  'namespace.not_found': { status: 422, retryable: false, title: 'The namespace does not exist' },
  'execution.not_running': { status: 409, retryable: false, title: 'The execution has ended' },
  'execution.interrupt_not_allowed': {
    status: 409,
    retryable: false,
    title: 'This cannot be done to the execution now',
  },
  'execution.interrupt_unsupported': {
    status: 422,
    retryable: false,
    title: 'This interrupt is not supported',
  },
  'execution.inputs_unsupported': { status: 422, retryable: false, title: 'Inputs are not supported yet' },
  'delegate.token_active': { status: 409, retryable: false, title: 'Only a revoked token can be deleted' },
  'release.name_claimed': {
    status: 409,
    retryable: false,
    title: 'The release name belongs to another deployment',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errors;

/** One thing wrong in a request: where (a JSON pointer into the body or document, or a parameter's name) and what. */
export interface ErrorDetail {
  readonly pointer?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}
