import { join } from 'node:path';
import type { ProcessSpec } from '../processes/supervised-process.ts';
import type { ToolPaths } from '../tools/programs.ts';
import { dataDirVariable, type Layout } from './layout.ts';
import { serviceClusterIpRange, type PkiPaths } from './pki.ts';
import type { Ports } from './ports.ts';
import { tokenIssuer } from './service-account-token.ts';

export interface ComponentInputs {
  tools: ToolPaths;
  layout: Layout;
  pki: PkiPaths;
  ports: Ports;
  /** False: etcd does not wait for the disk. Faster, and a kill may cost the data. */
  durable: boolean;
}

export interface Components {
  etcd: ProcessSpec;
  apiServer: ProcessSpec;
  controllerManager: ProcessSpec;
  scheduler: ProcessSpec;
  kwok: ProcessSpec;
}

/** The five programs of a sandbox with their arguments. */
export function components(inputs: ComponentInputs): Components {
  const { tools, layout } = inputs;
  const spec = (name: keyof ToolPaths, args: readonly string[]): ProcessSpec => ({
    name,
    program: tools[name],
    args,
    env: { [dataDirVariable]: layout.dataDir, TZ: 'UTC' },
    logFile: join(layout.logs, `${name}.log`),
  });
  return {
    etcd: spec('etcd', etcdArgs(inputs)),
    apiServer: spec('kube-apiserver', apiServerArgs(inputs)),
    controllerManager: spec('kube-controller-manager', controllerManagerArgs(inputs)),
    scheduler: spec('kube-scheduler', schedulerArgs(inputs)),
    kwok: spec('kwok', kwokArgs(inputs)),
  };
}

function etcdArgs({ layout, pki, ports, durable }: ComponentInputs): string[] {
  const client = `https://127.0.0.1:${ports.etcd}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${layout.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--client-cert-auth',
    `--trusted-ca-file=${pki.etcdAuthority.certificate}`,
    `--cert-file=${pki.etcd.certificate}`,
    `--key-file=${pki.etcd.privateKey}`,
    '--peer-client-cert-auth',
    `--peer-trusted-ca-file=${pki.etcdAuthority.certificate}`,
    `--peer-cert-file=${pki.etcd.certificate}`,
    `--peer-key-file=${pki.etcd.privateKey}`,
    // Events and revisions of a long-lived sandbox must not fill the disk.
    '--auto-compaction-mode=periodic',
    '--auto-compaction-retention=30m',
    '--log-level=warn',
    ...(durable ? [] : ['--unsafe-no-fsync']),
  ];
}

function apiServerArgs({ layout, pki, ports }: ComponentInputs): string[] {
  return [
    `--etcd-servers=https://127.0.0.1:${ports.etcd}`,
    `--etcd-cafile=${pki.etcdAuthority.certificate}`,
    `--etcd-certfile=${pki.etcdClient.certificate}`,
    `--etcd-keyfile=${pki.etcdClient.privateKey}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.apiServer}`,
    `--service-cluster-ip-range=${serviceClusterIpRange}`,
    '--authorization-mode=Node,RBAC',
    `--client-ca-file=${pki.clusterAuthority.certificate}`,
    `--tls-cert-file=${pki.apiServer.certificate}`,
    `--tls-private-key-file=${pki.apiServer.privateKey}`,
    `--kubelet-client-certificate=${pki.kubeletClient.certificate}`,
    `--kubelet-client-key=${pki.kubeletClient.privateKey}`,
    `--kubelet-certificate-authority=${pki.clusterAuthority.certificate}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--service-account-issuer=${tokenIssuer}`,
    `--service-account-key-file=${pki.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccountPrivateKey}`,
    '--allow-privileged',
    // No simulated pod can call the API server, so the Service `kubernetes` needs no endpoints.
    '--endpoint-reconciler-type=none',
    '--max-requests-inflight=0',
    '--max-mutating-requests-inflight=0',
    '--enable-priority-and-fairness=false',
    `--audit-policy-file=${layout.auditPolicy}`,
    `--audit-log-path=${layout.auditLog}`,
    '--audit-log-mode=batch',
    '--audit-log-maxsize=50',
    '--audit-log-maxbackup=2',
  ];
}

function controllerManagerArgs({ layout, pki }: ComponentInputs): string[] {
  return [
    `--kubeconfig=${layout.controllerManagerKubeconfig}`,
    '--use-service-account-credentials',
    `--service-account-private-key-file=${pki.serviceAccountPrivateKey}`,
    `--root-ca-file=${pki.clusterAuthority.certificate}`,
    `--cluster-signing-cert-file=${pki.clusterAuthority.certificate}`,
    `--cluster-signing-key-file=${pki.clusterAuthority.privateKey}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=1000',
    '--kube-api-burst=2000',
  ];
}

function schedulerArgs({ layout }: ComponentInputs): string[] {
  return [
    `--kubeconfig=${layout.schedulerKubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=1000',
    '--kube-api-burst=2000',
  ];
}

function kwokArgs({ layout, ports }: ComponentInputs): string[] {
  return [
    `--kubeconfig=${layout.kwokKubeconfig}`,
    `--config=${layout.kwokConfig}`,
    // Not all nodes: one that somebody registers by hand is theirs.
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--node-ip=127.0.0.1',
    // The supervisor itself answers for the nodes (logs/node-endpoint.ts). KWOK must not listen on their port, and
    // without an address it would: port 0 is any free one.
    `--node-port=${ports.node}`,
    '--server-address=127.0.0.1:0',
  ];
}
