import { stringify } from 'yaml';

/** How a kubeconfig's user proves who it is. */
export type KubeconfigUser = { certificatePem: string; privateKeyPem: string } | { token: string };

/** A kubeconfig as YAML, with everything inline so that it can be moved. */
export function createKubeconfig(options: {
  apiServerUrl: string;
  caPem: string;
  user: KubeconfigUser;
  userName?: string;
  namespace?: string;
}): string {
  const name = options.userName ?? 'sandbox-admin';
  const user =
    'token' in options.user
      ? { token: options.user.token }
      : {
          'client-certificate-data': base64(options.user.certificatePem),
          'client-key-data': base64(options.user.privateKeyPem),
        };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'slipway-sandbox',
        cluster: { server: options.apiServerUrl, 'certificate-authority-data': base64(options.caPem) },
      },
    ],
    users: [{ name, user }],
    contexts: [
      {
        name: 'slipway-sandbox',
        context: {
          cluster: 'slipway-sandbox',
          user: name,
          ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
        },
      },
    ],
    'current-context': 'slipway-sandbox',
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
