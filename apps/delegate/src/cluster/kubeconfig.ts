import { readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import path from 'node:path';
import { load } from 'js-yaml';
import { AccessError } from './access-error.ts';
import { anyAddress } from './address-rule.ts';
import type { ConnectionSettings } from './connection.ts';

interface Fields {
  [name: string]: unknown;
}

/**
 * Reads the current context of a kubeconfig. Certificates, tokens and basic authentication are read here; exec plugins and auth providers
 * are left to `@kubernetes/client-node`, which costs 90 MB of memory and is therefore loaded only for them.
 */
export async function kubeconfigSettings(file: string): Promise<ConnectionSettings> {
  const document = readDocument(file);
  const invalid = (what: string): never => {
    throw new AccessError('cluster.kubeconfig_invalid', `The kubeconfig ${file} cannot be used: ${what}`, [
      'Check it with kubectl --kubeconfig and the same file.',
    ]);
  };
  const context = named(
    document,
    'contexts',
    text(document, 'current-context') ?? invalid('it has no current-context.'),
    'context',
  );
  if (context === undefined) return invalid('its current-context is not among its contexts.');
  const cluster = named(document, 'clusters', text(context, 'cluster') ?? '', 'cluster');
  if (cluster === undefined) return invalid('the cluster of its current context is absent.');
  const user = named(document, 'users', text(context, 'user') ?? '', 'user') ?? {};
  const folder = path.dirname(file);
  const server = text(cluster, 'server') ?? invalid('its cluster has no server.');
  const serverName = text(cluster, 'tls-server-name');
  const proxyUrl = text(cluster, 'proxy-url');
  const ca = pemOf(cluster, 'certificate-authority', folder);
  const base = {
    server,
    rule: anyAddress,
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    ...(cluster['insecure-skip-tls-verify'] === true ? { skipTlsVerification: true } : {}),
  };
  if (user['exec'] !== undefined || user['auth-provider'] !== undefined)
    return { ...base, ...(await pluginSettings(file)) };
  const certificate = pemOf(user, 'client-certificate', folder);
  const privateKey = pemOf(user, 'client-key', folder);
  return {
    ...base,
    ...(certificate === undefined ? {} : { certificate }),
    ...(privateKey === undefined ? {} : { privateKey }),
    signIn: signInOf(user, folder),
  };
}

function signInOf(user: Fields, folder: string): ConnectionSettings['signIn'] {
  const tokenFile = text(user, 'tokenFile');
  if (tokenFile !== undefined) return fileTokenSignIn(path.resolve(folder, tokenFile));
  const token = text(user, 'token');
  if (token !== undefined) return async () => ({ authorization: `Bearer ${token}` });
  const username = text(user, 'username');
  if (username === undefined) return async () => ({});
  const basic = Buffer.from(`${username}:${text(user, 'password') ?? ''}`).toString('base64');
  return async () => ({ authorization: `Basic ${basic}` });
}

const REREAD_TOKEN_MS = 10_000;

/** Kubelets and sidecars renew token files in place. */
export function fileTokenSignIn(file: string): ConnectionSettings['signIn'] {
  let token: string | undefined;
  let readAt = 0;
  return async (fresh) => {
    if (token === undefined || fresh || Date.now() - readAt > REREAD_TOKEN_MS) {
      token = readFileSync(file, 'utf8').trim();
      readAt = Date.now();
    }
    return { authorization: `Bearer ${token}` };
  };
}

/** The library gives text or bytes, of the forms that https allows. */
function pemText(pem: unknown): string {
  if (typeof pem === 'string') return pem;
  if (Buffer.isBuffer(pem)) return pem.toString('utf8');
  throw new Error('A kubeconfig plugin gave its certificate in a form that cannot be read.');
}

/** The credentials that a plugin gives; asked again after a 401. */
async function pluginSettings(
  file: string,
): Promise<Pick<ConnectionSettings, 'signIn' | 'certificate' | 'privateKey'>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const readPlugin = async (): Promise<{ headers: Record<string, string>; cert?: string; key?: string }> => {
    const config = new KubeConfig();
    config.loadFromFile(file);
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {}))
      headers[name.toLowerCase()] = String(value);
    return {
      headers,
      ...(options.cert === undefined ? {} : { cert: pemText(options.cert) }),
      ...(options.key === undefined ? {} : { key: pemText(options.key) }),
    };
  };
  const first = await readPlugin();
  let headers = first.headers;
  return {
    ...(first.cert === undefined ? {} : { certificate: first.cert }),
    ...(first.key === undefined ? {} : { privateKey: first.key }),
    signIn: async (fresh) => {
      if (fresh) headers = (await readPlugin()).headers;
      return headers;
    },
  };
}

function readDocument(file: string): Fields {
  let document: unknown;
  try {
    document = load(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new AccessError(
      'cluster.kubeconfig_invalid',
      `The kubeconfig ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      ['Check SLIPWAY_KUBECONFIG of the delegate.'],
      error,
    );
  }
  return isFields(document) ? document : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function named(document: Fields, list: string, name: string, member: string): Fields | undefined {
  const entries = document[list];
  if (!Array.isArray(entries)) return undefined;
  const entry: unknown = entries.find((candidate) => isFields(candidate) && candidate['name'] === name);
  const found = isFields(entry) ? entry[member] : undefined;
  return isFields(found) ? found : undefined;
}

/** `<name>-data` (base64) before the file `<name>`, as kubectl reads them. */
function pemOf(fields: Fields, name: string, folder: string): string | undefined {
  const data = text(fields, `${name}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const file = text(fields, name);
  return file === undefined ? undefined : readFileSync(path.resolve(folder, file), 'utf8');
}
