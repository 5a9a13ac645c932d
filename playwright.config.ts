import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // One installation serves one file at a time; two would fight for two cores.
  workers: 1,
  // A flaky test is mended, not repeated.
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(process.env['SLIPWAY_CHROMIUM'] === undefined
        ? {}
        : { executablePath: process.env['SLIPWAY_CHROMIUM'] }),
      args: [
        // Root, as in containers, has no sandbox of the browser's.
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
