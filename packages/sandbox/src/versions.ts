/** The versions the sandbox is made of. Their combination names the folder of the tools cache. */
export const versions = {
  kubernetes: '1.36.2',
  /** The published twins of the staging modules carry 0 where Kubernetes carries 1. */
  kubernetesStaging: '0.36.2',
  etcd: '3.6.14',
  kwok: '0.8.0',
} as const;

/** The name of the cache folder for these versions. */
export const versionSet = `kubernetes-${versions.kubernetes}_etcd-${versions.etcd}_kwok-${versions.kwok}`;
