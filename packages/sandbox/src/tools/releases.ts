import { versions } from '../versions.ts';
import type { ToolName } from './programs.ts';

/** Where a project publishes a program, and where the SHA-256 of it. Addresses are without `https://`. */
export interface Release {
  file: string;
  checksum:
    | { kind: 'file'; address: string }
    /** A list of lines `<sha256>  <file name>`. */
    | { kind: 'list'; address: string; fileName: string }
    /** GitHub's own description of a release, which gives a digest for each file. */
    | { kind: 'github'; address: string; fileName: string };
  /** The program inside, when the file is a compressed archive. */
  archiveMember?: string;
}

/** The official release of a program for a platform; undefined where the project publishes none. */
export function releaseOf(name: ToolName, platform: string, architecture: string): Release | undefined {
  const arch = { x64: 'amd64', arm64: 'arm64' }[architecture];
  // The projects publish the control plane for Linux only.
  if (arch === undefined || platform !== 'linux') return undefined;
  if (name === 'etcd') {
    const base = `github.com/etcd-io/etcd/releases/download/v${versions.etcd}`;
    const folder = `etcd-v${versions.etcd}-linux-${arch}`;
    return {
      file: `${base}/${folder}.tar.gz`,
      checksum: { kind: 'list', address: `${base}/SHA256SUMS`, fileName: `${folder}.tar.gz` },
      archiveMember: `${folder}/etcd`,
    };
  }
  if (name === 'kwok') {
    const fileName = `kwok-linux-${arch}`;
    return {
      file: `github.com/kubernetes-sigs/kwok/releases/download/v${versions.kwok}/${fileName}`,
      checksum: {
        kind: 'github',
        address: `api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v${versions.kwok}`,
        fileName,
      },
    };
  }
  const file = `dl.k8s.io/release/v${versions.kubernetes}/bin/linux/${arch}/${name}`;
  return { file, checksum: { kind: 'file', address: `${file}.sha256` } };
}
