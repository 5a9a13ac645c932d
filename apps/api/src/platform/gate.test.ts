import cookie from '@fastify/cookie';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import type { Database } from './database.ts';
import { gatePlugin, isOwnOrigin } from './gate.ts';
import type { GateParts } from './gate.ts';

async function gated(): Promise<FastifyInstance> {
  const app = Fastify();
  const parts: GateParts = {
    // No route is called here, so that no database is asked.
    database: {} as Database,
    authenticator: { bySession: async () => null, byApiKey: async () => null },
    scopeExists: async () => false,
    baseUrl: 'https://slipway.example',
  };
  await app.register(cookie);
  await app.register(gatePlugin, { parts, publicAddresses: [/^\/healthz$/] });
  return app;
}

test('a route that declares no permission ends the start, with the way out', async () => {
  const app = await gated();
  expect(() => app.get('/api/v1/sneaky', async () => 'hello')).toThrow(
    /GET \/api\/v1\/sneaky declares no permission.*registerRoute/,
  );
  expect(() => app.get('/healthz/deep', async () => 'hello')).toThrow('declares no permission');
});

test('so does one in a plugin of its own', async () => {
  const app = await gated();
  const register = app.register(async (inner) => {
    inner.get('/api/v1/sneaky', async () => 'hello');
  });
  await expect(Promise.resolve(register).then(() => app.ready())).rejects.toThrow('declares no permission');
});

test('a route that declares one, and an address for anybody, are served', async () => {
  const app = await gated();
  app.get('/healthz', async () => 'ok');
  app.get('/api/v1/mine', { config: { access: 'signed-in' } }, async () => 'mine');
  expect((await app.inject('/healthz')).statusCode).toBe(200);
  // The error handler that words problems is another plugin's.
  expect((await app.inject('/api/v1/mine')).json()).toMatchObject({ code: 'identity.unauthenticated' });
});

test.each([
  ['https://slipway.example', 'slipway.example', true],
  ['https://slipway.example', '10.0.0.1:7480', true],
  ['http://10.0.0.1:7480', '10.0.0.1:7480', true],
  ['http://10.0.0.1:7481', '10.0.0.1:7480', false],
  ['https://evil.example', 'slipway.example', false],
  ['https://slipway.example.evil.example', 'slipway.example', false],
  ['null', 'slipway.example', false],
  [undefined, 'slipway.example', false],
  ['http://', undefined, false],
])('a page of %s at the host %s is ours: %s', (origin, host, ours) => {
  expect(isOwnOrigin('https://slipway.example', origin, host)).toBe(ours);
});
