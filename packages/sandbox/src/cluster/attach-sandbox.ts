import { SandboxError } from '../errors.ts';
import { readJson } from '../files.ts';
import type { KeyPair } from '../x509/authority.ts';
import { readAuditEvents, type AuditEvent, type AuditFilter } from '../audit/audit-events.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import { createKubeconfig, type KubeconfigUser } from './kubeconfig.ts';
import { layoutOf } from './layout.ts';
import { clusterAuthority, pkiPaths, readPair } from './pki.ts';
import { serviceAccountToken } from './service-account-token.ts';

/** How to reach a running sandbox; kept in its data directory. */
export interface Connection {
  apiServerUrl: string;
  kubectlPath: string;
}

/** A sandbox that some process supervises, not necessarily this one. */
export interface AttachedSandbox {
  dataDir: string;
  /** The administrator's. */
  kubeconfigPath: string;
  apiServerUrl: string;
  caPem: string;
  auditLogPath: string;
  kubectlPath: string;
  /** As the administrator. */
  api: ApiClient;
  /** A client certificate for a user; `groups` are what RBAC sees. Valid for `validForMs` (default a day) or until `notAfter`. */
  issueClientCertificate(user: {
    commonName: string;
    groups?: readonly string[];
    validForMs?: number;
    notBefore?: Date;
    notAfter?: Date;
  }): Promise<KeyPair>;
  /** A token of a service account, which is made when absent; valid for an hour. A negative time gives an expired one. */
  serviceAccountToken(account: { namespace: string; name: string; ttlSeconds?: number }): Promise<string>;
  /** A kubeconfig for a certificate or a token. */
  kubeconfigFor(user: KubeconfigUser, options?: { userName?: string; namespace?: string }): string;
  /** Requests the API server had answered when this was called, oldest first. */
  auditEvents(filter: AuditFilter): Promise<AuditEvent[]>;
  /** Closes connections of this object; the sandbox goes on. */
  close(): Promise<void>;
}

/** Connects to the sandbox of a data directory. Throws `SandboxError` when none was ever started there. */
export async function attachSandbox(dataDir: string): Promise<AttachedSandbox> {
  const layout = layoutOf(dataDir);
  const connection = readConnection(layout.connection);
  if (!connection) {
    throw new SandboxError(`There is no sandbox in ${dataDir}.`, {
      hint: 'Start one with `pnpm sandbox up`.',
    });
  }
  const pki = pkiPaths(dataDir);
  const caPem = readPair(pki.clusterAuthority).certificatePem;
  const { apiServerUrl } = connection;
  const api = createApiClient({ apiServerUrl, caPem, credentials: readPair(pki.admin) });
  return {
    ...connection,
    dataDir,
    kubeconfigPath: layout.adminKubeconfig,
    caPem,
    auditLogPath: layout.auditLog,
    api,
    issueClientCertificate: async (user) => {
      const authority = await clusterAuthority(dataDir);
      return authority.issue({
        commonName: user.commonName,
        organizations: user.groups ?? [],
        usages: ['client'],
        notAfter: user.notAfter ?? new Date(Date.now() + (user.validForMs ?? 86_400_000)),
        ...(user.notBefore ? { notBefore: user.notBefore } : {}),
      });
    },
    serviceAccountToken: (account) => serviceAccountToken(api, pki.serviceAccountPrivateKey, account),
    kubeconfigFor: (user, options) => createKubeconfig({ apiServerUrl, caPem, user, ...options }),
    auditEvents: (filter) => readAuditEvents({ auditDir: layout.auditDir, api, filter }),
    close: () => api.close(),
  };
}

function readConnection(path: string): Connection | undefined {
  const value = readJson(path);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('apiServerUrl' in value && 'kubectlPath' in value)) return undefined;
  const { apiServerUrl, kubectlPath } = value;
  return typeof apiServerUrl === 'string' && typeof kubectlPath === 'string'
    ? { apiServerUrl, kubectlPath }
    : undefined;
}
