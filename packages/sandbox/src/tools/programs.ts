import { versions } from '../versions.ts';

/** The programs of a sandbox, in the order they are built: what starts first is ready first. */
export const toolNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'kwok',
] as const;

export type ToolName = (typeof toolNames)[number];

/** Where each program is. */
export type ToolPaths = Record<ToolName, string>;

interface ToolVersion {
  /** What makes it print its version. */
  args: readonly string[];
  /** The version in what it printed. */
  pattern: RegExp;
  /** Which versions will do, as the beginning of one: Kubernetes' programs must be of one minor version. */
  accepted: string;
  /** The version the sandbox builds or downloads. */
  exact: string;
}

const kubernetes = (args: readonly string[], pattern: RegExp): ToolVersion => ({
  args,
  pattern,
  accepted: minorOf(versions.kubernetes),
  exact: versions.kubernetes,
});

export const toolVersions: Record<ToolName, ToolVersion> = {
  etcd: {
    args: ['--version'],
    pattern: /etcd Version: (\d+\.\d+\.\d+)/,
    accepted: minorOf(versions.etcd),
    exact: versions.etcd,
  },
  'kube-apiserver': kubernetes(['--version'], /Kubernetes v(\d+\.\d+\.\d+)/),
  'kube-controller-manager': kubernetes(['--version'], /Kubernetes v(\d+\.\d+\.\d+)/),
  'kube-scheduler': kubernetes(['--version'], /Kubernetes v(\d+\.\d+\.\d+)/),
  kubectl: kubernetes(['version', '--client', '--output=json'], /"gitVersion": *"v(\d+\.\d+\.\d+)/),
  kwok: {
    args: ['--version'],
    pattern: /kwok version v(\d+\.\d+\.\d+)/,
    accepted: minorOf(versions.kwok),
    exact: versions.kwok,
  },
};

function minorOf(version: string): string {
  return `${version.split('.').slice(0, 2).join('.')}.`;
}
