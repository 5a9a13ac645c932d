import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const least = {
  SLIPWAY_URL: 'https://slipway.example/',
  SLIPWAY_DELEGATE_TOKEN: 'sldt_x',
  SLIPWAY_DELEGATE_NAME: 'eu-1',
};
const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

test('little is needed, and the name is a tag', () => {
  expect(readConfig(least)).toMatchObject({
    url: 'https://slipway.example',
    tags: ['eu-1'],
    capacity: 20,
    local: false,
    drainMs: 540_000,
    logLevel: 'info',
  });
});

test('tags are trimmed, and said once', () => {
  expect(readConfig({ ...least, SLIPWAY_DELEGATE_TAGS: ' eu, prod,eu-1,,eu ' }).tags).toEqual([
    'eu-1',
    'eu',
    'prod',
  ]);
});

test('empty variables count as absent', () => {
  const config = readConfig({
    ...least,
    SLIPWAY_KUBECONFIG: '',
    SLIPWAY_DELEGATE_STATE_DIR: ' ',
    SLIPWAY_DELEGATE_HEALTH_PORT: '',
  });
  expect(config).not.toHaveProperty('kubeconfig');
  expect(config).not.toHaveProperty('stateDir');
  expect(config).not.toHaveProperty('healthPort');
});

test('the token may lie in a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-config-test-'));
  const file = path.join(folder, 'token');
  writeFileSync(file, 'sldt_from_file\n');
  const { SLIPWAY_DELEGATE_TOKEN: _unused, ...rest } = least;
  expect(readConfig({ ...rest, SLIPWAY_DELEGATE_TOKEN_FILE: file }).token).toBe('sldt_from_file');
  rmSync(folder, { recursive: true });
  expect(problemsOf({ ...rest, SLIPWAY_DELEGATE_TOKEN_FILE: file })).toEqual([
    expect.stringContaining('SLIPWAY_DELEGATE_TOKEN_FILE'),
  ]);
});

test.each([
  [{ SLIPWAY_URL: 'ftp://x' }, 'SLIPWAY_URL'],
  [{ SLIPWAY_DELEGATE_NAME: 'Not Good' }, 'SLIPWAY_DELEGATE_NAME'],
  [{ SLIPWAY_DELEGATE_CAPACITY: '0' }, 'SLIPWAY_DELEGATE_CAPACITY'],
  [{ SLIPWAY_DELEGATE_HEALTH_PORT: '99999' }, 'SLIPWAY_DELEGATE_HEALTH_PORT'],
  [{ SLIPWAY_DELEGATE_TOKEN: '' }, 'SLIPWAY_DELEGATE_TOKEN'],
  [{ SLIPWAY_CA_FILE: '/does/not/exist' }, 'SLIPWAY_CA_FILE'],
])('%o is refused by name', (change, variable) => {
  expect(problemsOf({ ...least, ...change })).toEqual([expect.stringContaining(variable)]);
});

test('everything that is wrong is said at once', () => {
  expect(problemsOf({ SLIPWAY_URL: 'x', SLIPWAY_DELEGATE_NAME: 'X' })).toHaveLength(2);
});
