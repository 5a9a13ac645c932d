import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { provideBrowser, type Ways } from './browser.ts';
import { runPlaywright, runVitest } from './runners.ts';
import { add, failure, lastLine, tallyPlaywright, tallyVitest } from './tally.ts';

describe('counting', () => {
  test('vitest: every test once, and a file that did not load as a failure', () => {
    const tally = tallyVitest({
      testResults: [
        {
          name: 'a.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'one' },
            { status: 'failed', fullName: 'two' },
            { status: 'pending', fullName: 'three' },
            { status: 'todo', fullName: 'four' },
          ],
        },
        { name: 'b.test.ts', status: 'failed', message: 'cannot find module', assertionResults: [] },
      ],
    });
    expect(tally).toEqual({
      passed: 1,
      failed: 2,
      skipped: 2,
      failures: ['a.test.ts: two', 'b.test.ts: cannot find module'],
    });
  });

  test('playwright: nested suites, a flaky test as failed, an error outside of tests as well', () => {
    const spec = (title: string, status: string) => ({ title, tests: [{ status }] });
    const tally = tallyPlaywright({
      suites: [
        {
          title: 'wizard.spec.ts',
          file: 'wizard.spec.ts',
          specs: [spec('top', 'expected')],
          suites: [
            {
              title: 'inner',
              file: 'wizard.spec.ts',
              specs: [spec('shaky', 'flaky'), spec('broken', 'unexpected'), spec('later', 'skipped')],
            },
          ],
        },
      ],
      errors: [{ message: 'no browser' }],
    });
    expect(lastLine(tally)).toBe('1 passed, 3 failed, 1 skipped');
  });

  test('sums', () => {
    expect(lastLine(add(failure('x'), { passed: 3, failed: 0, skipped: 1, failures: [] }))).toBe(
      '3 passed, 1 failed, 1 skipped',
    );
  });
});

describe('a browser', () => {
  const ways = (programs: string[], more: Partial<Ways> = {}): Ways => ({
    isProgram: (file) => programs.includes(file),
    playwrightPath: () => '/playwright/chrome',
    downloadWithPlaywright: () => false,
    installWithApt: undefined,
    ...more,
  });

  test('is the one that is named, and a wrong name is refused', () => {
    expect(provideBrowser({ SLIPWAY_CHROMIUM: '/mine' }, ways(['/mine']))).toBe('/mine');
    expect(() => provideBrowser({ SLIPWAY_CHROMIUM: '/gone' }, ways(['/usr/bin/chromium']))).toThrow('/gone');
  });

  test("is the system's before Playwright's", () => {
    const environment = { PATH: '/bin:/usr/bin' };
    expect(provideBrowser(environment, ways(['/playwright/chrome', '/usr/bin/chromium']))).toBe(
      '/usr/bin/chromium',
    );
    expect(provideBrowser(environment, ways(['/playwright/chrome']))).toBe('/playwright/chrome');
  });

  test('is installed where that is allowed', () => {
    const programs: string[] = [];
    const installWithApt = (): boolean => programs.push('/usr/bin/chromium') > 0;
    expect(provideBrowser({ PATH: '/usr/bin' }, ways(programs, { installWithApt }))).toBe(
      '/usr/bin/chromium',
    );
  });

  test('that cannot be had is an error with the remedy', () => {
    expect(() => provideBrowser({ PATH: '/usr/bin' }, ways([]))).toThrow(
      /apt-get install chromium.*SLIPWAY_CHROMIUM/,
    );
  });
});

/** The real runners on a small tree of their own. */
describe('a runner', () => {
  const repository = path.resolve(import.meta.dirname, '../..');
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'slipway-test-run-test-'));
    symlinkSync(path.join(repository, 'node_modules'), path.join(root, 'node_modules'));
    write('package.json', '{"name":"sample","private":true,"type":"module"}');
    write('vitest.config.ts', 'export default {};\n');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (name: string, text: string): void => writeFileSync(path.join(root, name), text);
  // What the run of these tests tells its own processes is not for another run.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV'),
  );
  const run = () => ({ root, environment, signal: AbortSignal.timeout(60_000), quiet: true });

  const three = (module: string): string =>
    `import { test } from '${module}';\ntest('one', () => {});\ntest('two', () => { throw new Error('no'); });\ntest.skip('three', () => {});\n`;

  test('counts what passes, fails and is skipped', async () => {
    write('a.test.ts', three('vitest'));
    expect(lastLine(await runVitest(run()))).toBe('1 passed, 1 failed, 1 skipped');
  });

  test('counts a file that cannot be loaded', async () => {
    write('a.test.ts', "import './missing.ts';\n");
    expect(lastLine(await runVitest(run()))).toBe('0 passed, 1 failed, 0 skipped');
  });

  test('counts an error that belongs to no test', async () => {
    write(
      'a.test.ts',
      "import { test } from 'vitest';\ntest('one', () => { void Promise.reject(new Error('late')); });\n",
    );
    expect(lastLine(await runVitest(run()))).toBe('1 passed, 1 failed, 0 skipped');
  });

  test('that cannot even begin is a failure', async () => {
    write('vitest.config.ts', 'throw new Error("broken");\n');
    const { failed, failures } = await runVitest(run());
    expect(failed).toBe(1);
    expect(failures[0]).toContain('vitest');
  });

  test('of browser tests is counted as well', async () => {
    write('playwright.config.ts', "export default { testDir: '.', testMatch: '*.spec.ts' };\n");
    write('a.spec.ts', three('@playwright/test'));
    expect(lastLine(await runPlaywright(run()))).toBe('1 passed, 1 failed, 1 skipped');
  });
});
