import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ClusterAccess, SecretHandle } from '@slipway/contracts';
import { AccessError } from './access-error.ts';
import { addressRule } from './address-rule.ts';
import type { ConnectionSettings } from './connection.ts';
import { isEncodedToken } from './token-form.ts';

type ManualAccess = Extract<ClusterAccess, { type: 'manual' }>;

/** Settings of a connector that names address and credentials. Secrets are asked for here. */
export async function manualSettings(
  access: ManualAccess,
  options: { local: boolean; secret: (handle: SecretHandle) => Promise<string> },
): Promise<ConnectionSettings> {
  const { auth } = access;
  const base = { server: serverOf(access.masterUrl), rule: addressRule({ local: options.local }) };
  const ca =
    auth.caCert === undefined
      ? {}
      : { ca: certificateOf(await options.secret(auth.caCert), 'CA certificate') };
  if (auth.type === 'ServiceAccount') {
    const token = tokenOf(await options.secret(auth.token));
    return {
      ...base,
      ...ca,
      tokenIsEncoded: isEncodedToken(token),
      signIn: async () => ({ authorization: `Bearer ${token}` }),
    };
  }
  const passphrase = auth.passphrase === undefined ? undefined : await options.secret(auth.passphrase);
  const certificate = certificateOf(await options.secret(auth.cert), 'client certificate');
  const privateKey = keyOf(await options.secret(auth.key), passphrase);
  assertPair(certificate, privateKey, passphrase);
  return {
    ...base,
    ...ca,
    certificate,
    privateKey,
    ...(passphrase === undefined ? {} : { passphrase }),
    signIn: async () => ({}),
  };
}

function serverOf(masterUrl: string): string {
  const url = URL.parse(masterUrl);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new AccessError('cluster.address_invalid', `${masterUrl} is no address of an API server.`, [
      'Write it as https://host:6443.',
    ]);
  }
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}

function tokenOf(secret: string): string {
  const token = secret.trim();
  if (token === '' || /[^\x21-\x7e]/.test(token)) {
    throw new AccessError(
      'cluster.credential_invalid',
      'The service account token holds spaces or line breaks, or is empty.',
      ['Store the token alone, decoded: one word that starts with eyJ.'],
    );
  }
  return token;
}

/** PEM, or base64 of PEM as kubeconfigs hold it. */
function pemOf(secret: string): string | undefined {
  if (secret.includes('-----BEGIN ')) return secret.trim();
  const decoded = Buffer.from(secret.replaceAll(/\s+/g, ''), 'base64').toString('utf8');
  return decoded.includes('-----BEGIN ') ? decoded.trim() : undefined;
}

function certificateOf(secret: string, what: string): string {
  const pem = pemOf(secret);
  try {
    if (pem !== undefined && new X509Certificate(pem).subject !== undefined) return pem;
  } catch {
    // Explained below, together with what is no PEM at all.
  }
  throw new AccessError('cluster.credential_invalid', `The ${what} is not a certificate.`, [
    'Store it as PEM (-----BEGIN CERTIFICATE-----), or as base64 of it, as in certificate-authority-data of a kubeconfig.',
  ]);
}

function keyOf(secret: string, passphrase: string | undefined): string {
  const pem = pemOf(secret);
  if (pem === undefined) {
    throw new AccessError('cluster.credential_invalid', 'The client key is not a private key.', [
      'Store it as PEM (-----BEGIN PRIVATE KEY-----), or as base64 of it, as in client-key-data of a kubeconfig.',
    ]);
  }
  try {
    createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    return pem;
  } catch (error) {
    throw new AccessError(
      'cluster.credential_invalid',
      passphrase === undefined
        ? 'The client key cannot be read.'
        : 'The client key cannot be read with its passphrase.',
      ['Check the key, and its passphrase when it is encrypted.'],
      error,
    );
  }
}

function assertPair(certificate: string, privateKey: string, passphrase: string | undefined): void {
  const key = createPrivateKey({ key: privateKey, ...(passphrase === undefined ? {} : { passphrase }) });
  if (new X509Certificate(certificate).checkPrivateKey(key)) return;
  throw new AccessError(
    'cluster.credential_invalid',
    'The client key is not the one of the client certificate.',
    ['Take certificate and key from the same kubeconfig user.'],
  );
}
