import { otherOwner, RECORD_LABEL, RECORD_PART_LABEL } from '@slipway/deploy-engine';
import type { ReleaseIndex, ReleaseOwner } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { DeployFailure } from './deploy-failure.ts';
import { ownerDigest, RECORD_OWNER_LABEL } from './release-store.ts';
import type { SectionLog } from './sections.ts';

/** Refuses a release name that belongs to another service or infrastructure; says what was looked at. */
export async function checkReleaseName(
  cluster: Cluster,
  indexes: readonly ReleaseIndex[],
  options: {
    releaseName: string;
    namespace: string;
    owner: ReleaseOwner;
    signal: AbortSignal;
    log: SectionLog;
  },
): Promise<void> {
  const { releaseName, namespace, log } = options;
  const other = otherOwner(indexes, options.owner);
  if (other !== undefined)
    throw nameTaken(
      releaseName,
      namespace,
      `service ${other.service} at infrastructure ${other.infrastructure} of environment ${other.environment}`,
    );
  const mayListAll = await cluster.mayI(
    { verb: 'list', group: '', resource: 'secrets' },
    { signal: options.signal },
  );
  if (!mayListAll) {
    log.info(
      `Release name ${releaseName}: checked in namespace ${namespace} alone, since others may not be listed.`,
    );
    return;
  }
  const labelSelector = `${RECORD_LABEL}=${releaseName},${RECORD_PART_LABEL}=index`;
  const { items } = await cluster.list(
    { apiVersion: 'v1', kind: 'Secret' },
    { labelSelector, signal: options.signal },
  );
  const ours = ownerDigest(options.owner);
  const foreign = items.find((item) => item.metadata.labels?.[RECORD_OWNER_LABEL] !== ours);
  const place = foreign?.metadata.namespace ?? '';
  if (foreign !== undefined)
    throw nameTaken(releaseName, place, `another service or infrastructure, in namespace ${place}`);
  log.info(`Release name ${releaseName}: checked in every namespace of the cluster.`);
}

function nameTaken(releaseName: string, namespace: string, holder: string): DeployFailure {
  return new DeployFailure({
    code: 'release.name_taken',
    errorType: 'ConfigurationFailure',
    message: `The release name ${releaseName} belongs to ${holder}.`,
    evidence: [
      { kind: 'status', text: `Secrets in ${namespace} with the label ${RECORD_LABEL}=${releaseName}` },
    ],
    hints: [
      'Use a release name that differs for each service and infrastructure, such as the default release-<+INFRA_KEY_SHORT_ID>.',
      'If that release is gone for good, delete those Secrets.',
    ],
  });
}
