import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import type { DataFolder } from './data-folder.ts';
import { programs } from './programs.ts';
import { checkPort } from './reach.ts';
import { news } from './sandbox-progress.ts';
import { seconds } from './report.ts';

const folder: DataFolder = {
  root: '/data',
  postgres: '/data/postgres',
  sandbox: '/data/sandbox',
  localDelegate: '/data/local-delegate',
  logs: '/data/logs',
  masterKeyFile: '/data/master.key',
  answeredFile: '/data/answered',
  delegateTokenFile: '/data/local-delegate.token',
  lockFile: '/data/launcher.lock',
  runningFile: '/data/running.json',
};
const secrets = { databaseUrl: 'postgresql://db', masterKey: 'key', delegateToken: 'token' };

describe('the configuration', () => {
  test('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 7480,
      baseUrl: 'http://127.0.0.1:7480',
      dataDir: expect.stringMatching(/\/\.slipway$/),
      databaseUrl: undefined,
      sandbox: true,
    });
  });

  test.each([
    [{ SLIPWAY_PORT: 'eighty' }, 'SLIPWAY_PORT'],
    [{ SLIPWAY_PORT: '0' }, 'SLIPWAY_PORT'],
    [{ SLIPWAY_SANDBOX: 'no' }, 'SLIPWAY_SANDBOX'],
  ])('refuses %o by name', (environment, name) => {
    expect(() => readConfig(environment)).toThrow(name);
  });

  test('leaves the sandbox out where the person has a cluster', () => {
    const config = readConfig({ SLIPWAY_KUBECONFIG: '/home/me/.kube/config' });
    expect(config.sandbox).toBe(false);
    expect(programs(config, folder, secrets, {}).delegate.env['SLIPWAY_KUBECONFIG']).toBe(
      '/home/me/.kube/config',
    );
  });
});

describe('the programs', () => {
  const environment = {
    PATH: '/bin',
    DATABASE_URL: 'x',
    SLIPWAY_MASTER_KEY: 'y',
    HTTPS_PROXY: 'http://proxy',
  };

  test('tell the delegate its token and nothing of the server', () => {
    const { env } = programs(readConfig({}), folder, secrets, environment).delegate;
    expect(env).toMatchObject({
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy',
      SLIPWAY_URL: 'http://127.0.0.1:7480',
      SLIPWAY_DELEGATE_TOKEN: 'token',
      SLIPWAY_DELEGATE_NAME: 'local-delegate',
      SLIPWAY_KUBECONFIG: '/data/sandbox/kubeconfig.yaml',
    });
    expect(env).not.toHaveProperty('DATABASE_URL');
    expect(env).not.toHaveProperty('SLIPWAY_MASTER_KEY');
  });

  test('are reached on this machine whatever the public address is', () => {
    const config = readConfig({ SLIPWAY_HOST: '0.0.0.0', SLIPWAY_BASE_URL: 'https://slipway.example.com/' });
    const { api, delegate } = programs(config, folder, secrets, {});
    expect(api.env['SLIPWAY_BASE_URL']).toBe('https://slipway.example.com');
    expect(delegate.env['SLIPWAY_URL']).toBe('http://127.0.0.1:7480');
  });
});

test('a port in use is named with the remedy', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(checkPort({ host: '127.0.0.1', port })).rejects.toMatchObject({
    what: `port ${port} is in use`,
    remedy: expect.stringContaining('SLIPWAY_PORT='),
  });
  await new Promise((resolve) => other.close(resolve));
  await checkPort({ host: '127.0.0.1', port });
});

test('progress tells each long step once', () => {
  const told = new Set<string>();
  const at = (second: number): string => new Date(second * 1000).toISOString();
  const status = {
    phase: 'tools' as const,
    message: '',
    updatedAt: at(20),
    steps: [
      { name: 'etcd', state: 'done' as const, startedAt: at(0), endedAt: at(12) },
      { name: 'kubectl', state: 'done' as const, startedAt: at(12), endedAt: at(12.4) },
      { name: 'kube-apiserver', state: 'running' as const, startedAt: at(13), detail: 'building' },
      { name: 'kwok', state: 'waiting' as const },
    ],
  };
  expect(news(status, told)).toEqual(['etcd: done in 12 s', 'kube-apiserver: building']);
  expect(news(status, told)).toEqual([]);
});

test.each([
  [340, '0.3 s'],
  [9949, '9.9 s'],
  [9951, '10 s'],
  [192_000, '3 min 12 s'],
])('%d ms is told as %s', (ms, text) => {
  expect(seconds(ms)).toBe(text);
});
