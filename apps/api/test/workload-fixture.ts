import { stringify } from 'yaml';

export interface DeploymentText {
  readonly image: string;
  readonly name?: string;
  readonly replicas?: number;
  /** How long a simulated pod takes until it is ready. */
  readonly readyAfter?: string;
}

/** A Deployment of three pods, as a service's manifest. */
export function deploymentYaml({
  image,
  name = 'web',
  replicas = 3,
  readyAfter = '1s',
}: DeploymentText): string {
  return stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: { 'sandbox.slipway.dev/ready-after': readyAfter } },
        spec: { containers: [{ name, image }] },
      },
    },
  });
}
