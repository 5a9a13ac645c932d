export { startSandbox, type Sandbox, type StartSandboxOptions } from './cluster/start-sandbox.ts';
export { attachSandbox, type AttachedSandbox } from './cluster/attach-sandbox.ts';
export { createKubeconfig, type KubeconfigUser } from './cluster/kubeconfig.ts';
export { ApiRefusal, createApiClient, type ApiClient, type ApiCredentials } from './cluster/api-client.ts';
export {
  readSandboxStatus,
  statusPath,
  type SandboxPhase,
  type SandboxStatus,
  type SandboxStep,
} from './status.ts';
export { ensureTools, type EnsureToolsOptions } from './tools/ensure-tools.ts';
export { toolNames, type ToolName, type ToolPaths } from './tools/programs.ts';
export { SandboxError } from './errors.ts';
export type { OnProgress, ProgressEvent } from './progress.ts';
export type { AuditEvent, AuditFilter } from './audit/audit-events.ts';
export { annotations, behaviours, type Behaviour } from './behaviours/annotations.ts';
export {
  createAuthority,
  issueServerCertificate,
  loadAuthority,
  type Authority,
  type CertificateRequest,
  type KeyPair,
} from './x509/authority.ts';
