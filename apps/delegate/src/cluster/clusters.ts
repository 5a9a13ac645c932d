import { statSync } from 'node:fs';
import type { ClusterAccess, SecretHandle } from '@slipway/contracts';
import { AccessError } from './access-error.ts';
import { AddressForbiddenError } from './address-rule.ts';
import { createCluster } from './client.ts';
import type { Cluster } from './cluster.ts';
import { openConnection, type Connection, type ConnectionSettings } from './connection.ts';
import { createDiscovery, type Discovery } from './discovery.ts';
import { inheritedSettings, withProxy, type InheritedCluster } from './inherited.ts';
import { manualSettings } from './manual.ts';

export interface OpenOptions {
  secret: (handle: SecretHandle) => Promise<string>;
  beforeWrite: () => void;
}

/** Opens clusters for tasks. The inherited one keeps its sockets and its discovery over tasks. */
export interface Clusters {
  open(access: ClusterAccess, options: OpenOptions): Promise<{ cluster: Cluster }>;
  settings(access: ClusterAccess, secret: OpenOptions['secret']): Promise<ConnectionSettings>;
  close(): Promise<void>;
}

type Manual = Extract<ClusterAccess, { type: 'manual' }>;

interface Kept {
  stamp: string;
  connection: Connection;
  discovery: Discovery;
}

export function createClusters(options: { inherited: InheritedCluster; local: boolean }): Clusters {
  let kept: Kept | undefined;

  const inherited = async (): Promise<Kept> => {
    const stamp = stampOf(options.inherited.kubeconfig);
    // A sandbox that is being made again may leave its old kubeconfig behind: the settings are read, and with them its status, each time.
    const settings = await inheritedSettings(options.inherited);
    if (kept?.stamp === stamp) return kept;
    const connection = openConnection(settings);
    // Sockets of the former one end by themselves: a task may still use them.
    kept = { stamp, connection, discovery: createDiscovery(connection) };
    return kept;
  };

  const manual = async (access: Manual, secret: OpenOptions['secret']): Promise<ConnectionSettings> =>
    withProxy(await manualSettings(access, { local: options.local, secret }), options.inherited.environment);

  return {
    open: async (access, { secret, beforeWrite }) => {
      if (access.type === 'inherit') {
        const { connection, discovery } = await inherited();
        return { cluster: { ...createCluster(connection, discovery, beforeWrite), close: async () => {} } };
      }
      const settings = await manual(access, secret);
      const connection = refuseForbidden(() => openConnection(settings));
      return { cluster: createCluster(connection, createDiscovery(connection), beforeWrite) };
    },
    settings: async (access, secret) =>
      access.type === 'inherit' ? (await inherited()).connection.settings : manual(access, secret),
    close: async () => {
      await kept?.connection.close();
      kept = undefined;
    },
  };
}

function refuseForbidden(open: () => Connection): Connection {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof AddressForbiddenError)) throw error;
    throw new AccessError('cluster.address_forbidden', error.message, [forbiddenHint(error.kind)], error);
  }
}

export function forbiddenHint(kind: 'loopback' | 'link-local'): string {
  return kind === 'loopback'
    ? 'Use an address that the delegate can reach over its network; inside a cluster that is https://kubernetes.default.svc.'
    : "Use the API server's own address.";
}

function stampOf(file: string | undefined): string {
  if (file === undefined) return 'in-cluster';
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? 'absent' : `${stats.ino}/${stats.mtimeMs}/${stats.size}`;
}
