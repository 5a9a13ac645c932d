import { mkdirSync } from 'node:fs';
import { kwokConfig } from '../behaviours/kwok-config.ts';
import { writeFileAtomically } from '../files.ts';
import { auditPolicy } from './audit-policy.ts';
import { createKubeconfig } from './kubeconfig.ts';
import type { Layout } from './layout.ts';
import { readPair, type KeyPairPaths, type PkiPaths } from './pki.ts';

/** Writes every file the programs read, except keys and certificates. */
export function writeConfiguration(layout: Layout, pki: PkiPaths, apiServerUrl: string): void {
  for (const folder of [layout.logs, layout.auditDir, layout.etcdData])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const caPem = readPair(pki.clusterAuthority).certificatePem;
  const kubeconfig = (path: string, pair: KeyPairPaths, userName: string): void =>
    writeFileAtomically(path, createKubeconfig({ apiServerUrl, caPem, user: readPair(pair), userName }));
  kubeconfig(layout.adminKubeconfig, pki.admin, 'sandbox-admin');
  kubeconfig(layout.controllerManagerKubeconfig, pki.controllerManager, 'kube-controller-manager');
  kubeconfig(layout.schedulerKubeconfig, pki.scheduler, 'kube-scheduler');
  kubeconfig(layout.kwokKubeconfig, pki.kwok, 'kwok');
  writeFileAtomically(layout.auditPolicy, auditPolicy());
  writeFileAtomically(layout.kwokConfig, kwokConfig());
}
