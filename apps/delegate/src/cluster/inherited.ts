import { existsSync, readFileSync } from 'node:fs';
import { AccessError } from './access-error.ts';
import { anyAddress } from './address-rule.ts';
import type { ConnectionSettings } from './connection.ts';
import { fileTokenSignIn, kubeconfigSettings } from './kubeconfig.ts';
import { proxyFor } from './proxy.ts';

/** Where the delegate's own cluster is described. */
export interface InheritedCluster {
  kubeconfig?: string;
  /** Status file of a sandbox cluster that is being started beside a local delegate; it explains a kubeconfig that is not there yet. */
  sandboxStatus?: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** For tests. Default: where a pod finds its service account. */
  serviceAccountFolder?: string;
}

const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The cluster of `SLIPWAY_KUBECONFIG`, else the one the delegate's pod runs in. Throws `AccessError` when there is neither. */
export async function inheritedSettings(inherited: InheritedCluster): Promise<ConnectionSettings> {
  const { kubeconfig } = inherited;
  if (kubeconfig === undefined) return inClusterSettings(inherited);
  const sandbox = sandboxWait(inherited.sandboxStatus);
  if (sandbox !== undefined) throw sandbox;
  if (!existsSync(kubeconfig)) {
    throw new AccessError(
      'cluster.not_configured',
      `The delegate's kubeconfig ${kubeconfig} does not exist.`,
      [
        'Put the file there, or set SLIPWAY_KUBECONFIG of the delegate to another one; it is read anew for each task.',
      ],
    );
  }
  const settings = await kubeconfigSettings(kubeconfig);
  return withProxy(settings, inherited.environment);
}

function inClusterSettings(inherited: InheritedCluster): ConnectionSettings {
  const host = inherited.environment['KUBERNETES_SERVICE_HOST'];
  const port = inherited.environment['KUBERNETES_SERVICE_PORT'] ?? '443';
  const folder = inherited.serviceAccountFolder ?? SERVICE_ACCOUNT_FOLDER;
  if (host === undefined || !existsSync(`${folder}/token`)) {
    throw new AccessError(
      'cluster.not_configured',
      'This delegate has no cluster whose credentials could be inherited: it neither runs in a pod with a service account, nor has it a kubeconfig.',
      [
        'Install a delegate inside the cluster, and choose it by its name in the connector.',
        'Or set SLIPWAY_KUBECONFIG of this delegate.',
        'Or give the connector the address and credentials of the cluster (ManualConfig).',
      ],
    );
  }
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return withProxy(
    {
      server,
      ca: readFileSync(`${folder}/ca.crt`, 'utf8'),
      signIn: fileTokenSignIn(`${folder}/token`),
      rule: anyAddress,
    },
    inherited.environment,
  );
}

export function withProxy(
  settings: ConnectionSettings,
  environment: Readonly<Record<string, string | undefined>>,
): ConnectionSettings {
  const proxyUrl = settings.proxyUrl ?? proxyFor(settings.server, environment);
  return proxyUrl === undefined ? settings : { ...settings, proxyUrl };
}

function sandboxWait(statusFile: string | undefined): AccessError | undefined {
  if (statusFile === undefined || !existsSync(statusFile)) return undefined;
  const status = readStatus(statusFile);
  if (status === undefined || status.phase === 'ready' || status.phase === 'off') return undefined;
  const failed = status.phase === 'failed' || status.phase === 'stopped';
  return new AccessError(
    'cluster.sandbox_not_ready',
    failed
      ? `The sandbox cluster is not running: ${status.message}`
      : `The sandbox cluster is still being made: ${status.message}`,
    failed
      ? [
          'See what happened with pnpm sandbox status.',
          'Or set SLIPWAY_KUBECONFIG to use a cluster of your own.',
        ]
      : ['Wait until the console shows it as ready, then try again.'],
  );
}

function readStatus(file: string): { phase: string; message: string } | undefined {
  try {
    const status: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof status !== 'object' || status === null) return undefined;
    return {
      phase: String(Reflect.get(status, 'phase')),
      message: String(Reflect.get(status, 'message') ?? ''),
    };
  } catch {
    return undefined;
  }
}
