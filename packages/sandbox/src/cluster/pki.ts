import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../files.ts';
import {
  createAuthority,
  loadAuthority,
  type Authority,
  type CertificateRequest,
  type KeyPair,
} from '../x509/authority.ts';

/** The files of a sandbox's public-key infrastructure. Authorities: one for the cluster, one for etcd alone. */
export interface PkiPaths {
  clusterAuthority: KeyPairPaths;
  etcdAuthority: KeyPairPaths;
  apiServer: KeyPairPaths;
  /** What the API server shows to etcd. */
  etcdClient: KeyPairPaths;
  etcd: KeyPairPaths;
  /** What the API server shows to the nodes. */
  kubeletClient: KeyPairPaths;
  node: KeyPairPaths;
  admin: KeyPairPaths;
  controllerManager: KeyPairPaths;
  scheduler: KeyPairPaths;
  kwok: KeyPairPaths;
  serviceAccountPrivateKey: string;
  serviceAccountPublicKey: string;
}

export interface KeyPairPaths {
  certificate: string;
  privateKey: string;
}

/** The service that the API server itself is reached by inside the cluster. */
export const serviceClusterIpRange = '10.0.0.0/16';
const apiServerHosts = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '10.0.0.1',
];

/** The user of the API server when it asks a node for logs. */
export const kubeletClientName = 'kube-apiserver-kubelet-client';

const clusterCertificates = {
  apiServer: { commonName: 'kube-apiserver', usages: ['server'], hosts: apiServerHosts },
  kubeletClient: { commonName: kubeletClientName, usages: ['client'] },
  node: { commonName: 'sandbox-node', usages: ['server'], hosts: ['127.0.0.1', 'localhost'] },
  admin: { commonName: 'sandbox-admin', organizations: ['system:masters'], usages: ['client'] },
  controllerManager: { commonName: 'system:kube-controller-manager', usages: ['client'] },
  scheduler: { commonName: 'system:kube-scheduler', usages: ['client'] },
  kwok: { commonName: 'sandbox-kwok', organizations: ['system:masters'], usages: ['client'] },
} as const satisfies Record<string, CertificateRequest>;

/** etcd has its own authority: it lets in whoever holds a certificate of it, without looking at the name. */
const etcdCertificates = {
  etcd: { commonName: 'etcd', usages: ['server', 'client'], hosts: ['127.0.0.1', 'localhost'] },
  etcdClient: { commonName: 'kube-apiserver-etcd-client', usages: ['client'] },
} as const satisfies Record<string, CertificateRequest>;

/** Where the files are, whether they exist or not. */
export function pkiPaths(dataDir: string): PkiPaths {
  const file = (name: string): string => join(dataDir, 'pki', name);
  const pair = (name: string): KeyPairPaths => ({
    certificate: file(`${name}.crt`),
    privateKey: file(`${name}.key`),
  });
  return {
    clusterAuthority: pair('cluster-authority'),
    etcdAuthority: pair('etcd-authority'),
    apiServer: pair('kube-apiserver'),
    etcdClient: pair('etcd-client'),
    etcd: pair('etcd'),
    kubeletClient: pair('kubelet-client'),
    node: pair('node'),
    admin: pair('admin'),
    controllerManager: pair('kube-controller-manager'),
    scheduler: pair('kube-scheduler'),
    kwok: pair('kwok'),
    serviceAccountPrivateKey: file('service-accounts.key'),
    serviceAccountPublicKey: file('service-accounts.pub'),
  };
}

/** Makes what is absent and keeps what is there, so that credentials handed out stay good over restarts. */
export async function ensurePki(dataDir: string): Promise<PkiPaths> {
  const paths = pkiPaths(dataDir);
  const cluster = await ensureAuthority(paths.clusterAuthority, 'sandbox-cluster-authority');
  const etcd = await ensureAuthority(paths.etcdAuthority, 'sandbox-etcd-authority');
  await Promise.all([
    ensureCertificates<keyof typeof clusterCertificates>(paths, cluster, clusterCertificates),
    ensureCertificates<keyof typeof etcdCertificates>(paths, etcd, etcdCertificates),
  ]);
  ensureServiceAccountKeys(paths);
  return paths;
}

/** The cluster's authority, to issue client certificates with. */
export async function clusterAuthority(dataDir: string): Promise<Authority> {
  return loadAuthority(readPair(pkiPaths(dataDir).clusterAuthority));
}

export function readPair(paths: KeyPairPaths): KeyPair {
  return {
    certificatePem: readFileSync(paths.certificate, 'utf8'),
    privateKeyPem: readFileSync(paths.privateKey, 'utf8'),
  };
}

async function ensureAuthority(paths: KeyPairPaths, commonName: string): Promise<Authority> {
  if (exists(paths)) return loadAuthority(readPair(paths));
  const authority = await createAuthority({ commonName });
  writePair(paths, authority);
  return authority;
}

async function ensureCertificates<Name extends string>(
  paths: Readonly<Record<Name, KeyPairPaths>>,
  authority: Authority,
  requests: Readonly<Record<Name, CertificateRequest>>,
): Promise<void> {
  for (const name in requests) {
    if (!exists(paths[name])) writePair(paths[name], await authority.issue(requests[name]));
  }
}

function ensureServiceAccountKeys(paths: PkiPaths): void {
  if (existsSync(paths.serviceAccountPrivateKey) && existsSync(paths.serviceAccountPublicKey)) return;
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileAtomically(paths.serviceAccountPublicKey, keys.publicKey, 0o644);
  writeFileAtomically(paths.serviceAccountPrivateKey, keys.privateKey);
}

function exists(paths: KeyPairPaths): boolean {
  return existsSync(paths.certificate) && existsSync(paths.privateKey);
}

function writePair(paths: KeyPairPaths, pair: KeyPair): void {
  writeFileAtomically(paths.certificate, pair.certificatePem, 0o644);
  writeFileAtomically(paths.privateKey, pair.privateKeyPem);
}
