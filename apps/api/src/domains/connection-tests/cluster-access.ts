import { resolveReference } from '@slipway/contracts';
import type { ClusterAccess, Connector, Scope, SecretHandle } from '@slipway/contracts';
import { fail } from '../../platform/fail.ts';
import { secretHandle } from '../entities/index.ts';

/** How a task reaches the cluster of a connector: secrets as handles, relative to the connector's own scope. */
export function toClusterAccess(connector: Connector, scope: Scope): ClusterAccess {
  const { credential } = connector.spec;
  if (credential.type === 'InheritFromDelegate') return { type: 'inherit' };
  const { masterUrl, auth } = credential.spec;
  const handle = (reference: string): SecretHandle => toHandle(reference, scope);
  const caCert = auth.spec.caCertRef === undefined ? {} : { caCert: handle(auth.spec.caCertRef) };
  if (auth.type === 'ServiceAccount') {
    return {
      type: 'manual',
      masterUrl,
      auth: { type: 'ServiceAccount', token: handle(auth.spec.serviceAccountTokenRef), ...caCert },
    };
  }
  const { clientCertRef, clientKeyRef, clientKeyPassphraseRef } = auth.spec;
  const passphrase =
    clientKeyPassphraseRef === undefined ? {} : { passphrase: handle(clientKeyPassphraseRef) };
  return {
    type: 'manual',
    masterUrl,
    auth: {
      type: 'ClientKeyCert',
      cert: handle(clientCertRef),
      key: handle(clientKeyRef),
      ...passphrase,
      ...caCert,
    },
  };
}

function toHandle(reference: string, scope: Scope): SecretHandle {
  const target = resolveReference(reference, scope);
  if (!target)
    fail('reference.not_found', `The secret ${reference} cannot be seen from the connector's scope.`);
  return secretHandle(target.scope, target.identifier);
}

export const selectorsOf = (connector: Connector): string[] => connector.spec.delegateSelectors ?? [];
