import { stringify } from 'yaml';
import { crashStages } from './crash-stages.ts';
import { infrastructureStages } from './infrastructure-stages.ts';
import { runningStages } from './running-stages.ts';
import type { Stage } from './stage.ts';
import { waitingStages } from './waiting-stages.ts';

/** Every stage of the sandbox. For each object at most one matches at a time. */
export const stages: readonly Stage[] = [
  ...infrastructureStages,
  ...runningStages,
  ...waitingStages,
  ...crashStages,
];

/** KWOK's configuration file. */
export function kwokConfig(): string {
  const configuration = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokConfiguration',
    options: {
      // No leases: after a restart KWOK would leave its nodes alone until the old one has run out. A stage is the heartbeat.
      nodeLeaseDurationSeconds: 0,
      // Zeros are no defaults of KWOK's: it refuses to start without parallelism.
      nodePlayStageParallelism: 4,
      podPlayStageParallelism: 16,
      podsOnNodeSyncParallelism: 4,
      enableDebuggingHandlers: false,
      // Apart from the range of Services; nothing is ever sent to these addresses.
      cidr: '10.128.0.0/12',
    },
  };
  // Anchors would save a little space and cost the reader of the file a lot.
  return [configuration, ...stages]
    .map((document) => stringify(document, { aliasDuplicateObjects: false }))
    .join('---\n');
}
