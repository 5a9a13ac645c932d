import { join } from 'node:path';

/** In the environment of every process of a sandbox, so that one that was never recorded can still be found. */
export const dataDirVariable = 'SLIPWAY_SANDBOX_PROCESS_OF';

/** Where things lie in a sandbox's data directory. */
export interface Layout {
  dataDir: string;
  etcdData: string;
  logs: string;
  auditDir: string;
  auditLog: string;
  auditPolicy: string;
  kwokConfig: string;
  adminKubeconfig: string;
  controllerManagerKubeconfig: string;
  schedulerKubeconfig: string;
  kwokKubeconfig: string;
  processes: string;
  /** How to attach: address and kubectl of the running sandbox. */
  connection: string;
}

export function layoutOf(dataDir: string): Layout {
  const at = (...parts: string[]): string => join(dataDir, ...parts);
  return {
    dataDir,
    etcdData: at('etcd'),
    logs: at('logs'),
    auditDir: at('audit'),
    auditLog: at('audit', 'audit.log'),
    auditPolicy: at('config', 'audit-policy.yaml'),
    kwokConfig: at('config', 'kwok.yaml'),
    adminKubeconfig: at('kubeconfig.yaml'),
    controllerManagerKubeconfig: at('config', 'kube-controller-manager.kubeconfig'),
    schedulerKubeconfig: at('config', 'kube-scheduler.kubeconfig'),
    kwokKubeconfig: at('config', 'kwok.kubeconfig'),
    processes: at('processes.json'),
    connection: at('connection.json'),
  };
}
