/** Why a cluster cannot even be asked: the delegate has none to inherit, or what the connector says is unusable. */
export type AccessProblem =
  | 'cluster.not_configured'
  | 'cluster.sandbox_not_ready'
  | 'cluster.kubeconfig_invalid'
  | 'cluster.address_forbidden'
  | 'cluster.address_invalid'
  | 'cluster.credential_invalid'
  | 'cluster.secret_missing';

export class AccessError extends Error {
  override name = 'AccessError';
  readonly code: AccessProblem;
  readonly hints: readonly string[];

  constructor(code: AccessProblem, message: string, hints: readonly string[], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hints = hints;
  }
}
