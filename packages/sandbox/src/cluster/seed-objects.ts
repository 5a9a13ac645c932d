import { storageClassName } from '../behaviours/infrastructure-stages.ts';
import { ApiRefusal, type ApiClient } from './api-client.ts';

const nodeNames = ['sandbox-0', 'sandbox-1'] as const;

/** Makes what every sandbox has from the start; what is already there stays. `nodePort` is where its nodes answer for logs. */
export async function ensureSeedObjects(api: ApiClient, nodePort: number): Promise<void> {
  await Promise.all([
    ...nodeNames.map((name) => ensureNode(api, name, nodePort)),
    createUnlessPresent(api, '/apis/storage.k8s.io/v1/storageclasses', storageClass()),
    createUnlessPresent(api, '/apis/storage.k8s.io/v1/csidrivers', csiDriver()),
  ]);
}

async function ensureNode(api: ApiClient, name: string, nodePort: number): Promise<void> {
  await createUnlessPresent(api, '/api/v1/nodes', node(name));
  await api.json(
    'PATCH',
    `/api/v1/nodes/${name}/status`,
    { status: nodeStatus(name, nodePort) },
    {
      contentType: 'application/strategic-merge-patch+json',
    },
  );
}

async function createUnlessPresent(api: ApiClient, path: string, object: unknown): Promise<void> {
  try {
    await api.json('POST', path, object);
  } catch (error) {
    if (!(error instanceof ApiRefusal && error.reason === 'AlreadyExists')) throw error;
  }
}

function node(name: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'sandbox.slipway.dev/simulated': 'true',
      },
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
    },
  };
}

function nodeStatus(name: string, port: number): unknown {
  const resources = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '10000' };
  return {
    capacity: resources,
    allocatable: resources,
    addresses: [
      { type: 'InternalIP', address: '127.0.0.1' },
      { type: 'Hostname', address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    nodeInfo: {
      architecture: 'amd64',
      operatingSystem: 'linux',
      kubeletVersion: 'simulated',
      osImage: 'simulated',
      kernelVersion: 'simulated',
      containerRuntimeVersion: 'simulated',
      kubeProxyVersion: '',
      machineID: '',
      systemUUID: '',
      bootID: '',
    },
  };
}

function storageClass(): unknown {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: storageClassName,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'sandbox.slipway.dev/volume',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}

/** Without it the controllers would wait for volumes to be attached to nodes that do not exist. */
function csiDriver(): unknown {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name: 'sandbox.slipway.dev' },
    spec: { attachRequired: false, podInfoOnMount: false },
  };
}
