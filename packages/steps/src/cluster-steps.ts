import type { ClusterAccess, ErrorType } from '@slipway/contracts';
import { configurationFailure } from './failures.ts';
import type { TaskRequest } from './step-kind.ts';

/** What can go wrong with a step that works on a cluster. */
export const clusterErrorTypes: readonly ErrorType[] = [
  'Authentication',
  'Authorization',
  'Connectivity',
  'Timeout',
  'Verification',
  'DelegateProvisioning',
  'PolicyEvaluationFailure',
  'InfrastructureFailure',
  'ResourceLimitsFailure',
  'ConfigurationFailure',
  'RetryableTransientFailure',
  'Unknown',
];

export function noCluster(type: string): TaskRequest {
  return {
    ok: false,
    failure: configurationFailure(
      'step.without_cluster',
      `${type} needs the service and the infrastructure of a Deployment stage.`,
    ),
  };
}

/** The handles of the secrets that reaching a cluster takes. */
export function accessSecrets(access: ClusterAccess): readonly string[] {
  if (access.type === 'inherit') return [];
  const { auth } = access;
  const handles =
    auth.type === 'ServiceAccount'
      ? [auth.token, auth.caCert]
      : [auth.cert, auth.key, auth.passphrase, auth.caCert];
  return [...new Set(handles.flatMap((handle) => (handle === undefined ? [] : [handle.secret])))];
}
