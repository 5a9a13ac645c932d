import { displayName } from '@slipway/deploy-engine';
import type { KubernetesObject, ObjectAddress } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { openClusterView } from './cluster-view.ts';
import { DeployFailure } from './deploy-failure.ts';

/** Watches one object until a condition holds (undefined stands for its absence), or a deadline passes. */
export async function waitForObject(
  cluster: Cluster,
  address: ObjectAddress,
  options: {
    until: (object: KubernetesObject | undefined) => boolean;
    /** What is waited for, as in "Namespace shop to become active". */
    what: string;
    timeoutMs: number;
    signal: AbortSignal;
  },
): Promise<void> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const { apiVersion, kind, namespace, name } = address;
  const collection = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
  const view = openClusterView(cluster, [{ ...collection, fieldSelector: `metadata.name=${name}` }], {
    signal: AbortSignal.any([options.signal, deadline]),
  });
  const expired = new Promise<never>((_resolve, reject) => {
    const end = AbortSignal.any([options.signal, deadline]);
    end.addEventListener('abort', () => reject(end.reason), { once: true });
  });
  expired.catch(() => undefined);
  try {
    await Promise.race([view.listed, expired]);
    for (;;) {
      const seen = view.revision();
      if (options.until(view.find(address))) return;
      await Promise.race([view.changed(seen), expired]);
    }
  } catch (error) {
    options.signal.throwIfAborted();
    if (!deadline.aborted) throw error;
    throw tooLong(address, options, view.find(address));
  } finally {
    view.close();
  }
}

function tooLong(
  address: ObjectAddress,
  options: { what: string; timeoutMs: number },
  last: KubernetesObject | undefined,
): DeployFailure {
  const finalizers = last?.metadata.deletionTimestamp === undefined ? [] : (last.metadata.finalizers ?? []);
  const held = finalizers.length > 0 ? ` It is held by the finalizers ${finalizers.join(', ')}.` : '';
  return new DeployFailure({
    code: finalizers.length > 0 ? 'object.held_by_finalizers' : 'object.not_settled',
    errorType: 'Timeout',
    message: `Waited ${Math.round(options.timeoutMs / 1000)} s for ${options.what}: ${displayName(address)} is not there yet.${held}`,
    hints:
      finalizers.length > 0
        ? ['Find out whose finalizers these are and why they are not removed; then run the step again.']
        : [],
  });
}
