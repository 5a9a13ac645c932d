import { createPrivateKey, createPublicKey, createHash, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { textAt } from '../json-path.ts';
import { ApiRefusal, type ApiClient } from './api-client.ts';

/** The issuer of the cluster's tokens. Fixed, and not the address: tokens stay good when the port had to change. */
export const tokenIssuer = 'https://kubernetes.default.svc.cluster.local';

/** The API server grants no token for a shorter time. */
const leastGrantedSeconds = 600;

/**
 * A token of a service account, which is made when absent. What the API server would not grant (less than 600 s, or
 * already expired) is signed here, with the cluster's own key.
 */
export async function serviceAccountToken(
  api: ApiClient,
  privateKeyPath: string,
  account: { namespace: string; name: string; ttlSeconds?: number },
): Promise<string> {
  const ttlSeconds = account.ttlSeconds ?? 3_600;
  const uid = await ensureServiceAccount(api, account);
  if (ttlSeconds < leastGrantedSeconds) return signToken(privateKeyPath, { ...account, uid, ttlSeconds });
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`;
  const answer = await api.json('POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: ttlSeconds },
  });
  return required(answer, 'status', 'token');
}

async function ensureServiceAccount(
  api: ApiClient,
  account: { namespace: string; name: string },
): Promise<string> {
  const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts`;
  try {
    const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name } };
    return required(await api.json('POST', path, body), 'metadata', 'uid');
  } catch (error) {
    if (!(error instanceof ApiRefusal && error.reason === 'AlreadyExists')) throw error;
    return required(await api.json('GET', `${path}/${account.name}`), 'metadata', 'uid');
  }
}

function signToken(
  privateKeyPath: string,
  account: { namespace: string; name: string; uid: string; ttlSeconds: number },
): string {
  const key = createPrivateKey(readFileSync(privateKeyPath));
  const now = Math.floor(Date.now() / 1000);
  const expires = now + account.ttlSeconds;
  const issuedAt = Math.min(now, expires) - 60;
  const claims = {
    aud: [tokenIssuer],
    exp: expires,
    iat: issuedAt,
    iss: tokenIssuer,
    jti: randomUUID(),
    'kubernetes.io': {
      namespace: account.namespace,
      serviceaccount: { name: account.name, uid: account.uid },
    },
    nbf: issuedAt,
    sub: `system:serviceaccount:${account.namespace}:${account.name}`,
  };
  // The API server finds its key by this: the SHA-256 of the public key's DER form.
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const header = { alg: 'RS256', kid: createHash('sha256').update(publicKey).digest('base64url') };
  const signed = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

function required(value: unknown, ...path: string[]): string {
  const found = textAt(value, ...path);
  if (found === undefined) throw new Error(`The API server answered without ${path.join('.')}.`);
  return found;
}
