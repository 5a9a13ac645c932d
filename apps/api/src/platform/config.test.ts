import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { StartError } from './start-error.ts';

const DATABASE_URL = 'postgresql://u:p@localhost:5432/slipway';

test('a database is all that must be named', () => {
  const config = readConfig({ DATABASE_URL });
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 7480,
    baseUrl: 'http://127.0.0.1:7480',
    logLevel: 'info',
    trustedProxies: [],
  });
});

test('a server on every address is reached on this machine', () => {
  expect(readConfig({ DATABASE_URL, SLIPWAY_HOST: '0.0.0.0', SLIPWAY_PORT: '80' }).baseUrl).toBe(
    'http://127.0.0.1:80',
  );
  expect(readConfig({ DATABASE_URL, SLIPWAY_HOST: '::1' }).baseUrl).toBe('http://[::1]:7480');
});

test('an empty variable is one that is not set', () => {
  const config = readConfig({
    DATABASE_URL,
    SLIPWAY_MASTER_KEY: '',
    SLIPWAY_BOOTSTRAP_API_KEY: '',
    SLIPWAY_WEB_DIR: ' ',
  });
  expect(config).toMatchObject({ masterKey: undefined, webDir: undefined });
  expect(config.bootstrap.apiKey).toBeUndefined();
});

test('everything that is wrong is said at once', () => {
  const read = () =>
    readConfig({
      SLIPWAY_PORT: '70000',
      SLIPWAY_BASE_URL: 'slipway',
      SLIPWAY_BOOTSTRAP_API_KEY: 'short',
      SLIPWAY_LOG_LEVEL: 'loud',
    });
  expect(read).toThrow(StartError);
  for (const variable of [
    'DATABASE_URL',
    'SLIPWAY_PORT',
    'SLIPWAY_BASE_URL',
    'SLIPWAY_BOOTSTRAP_API_KEY',
    'SLIPWAY_LOG_LEVEL',
  ]) {
    expect(read).toThrow(variable);
  }
});

test('the message does not repeat values', () => {
  expect(() =>
    readConfig({ DATABASE_URL: 'mysql://u:secret@h/d', SLIPWAY_BOOTSTRAP_API_KEY: 'short' }),
  ).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/secret|short/) }));
});
