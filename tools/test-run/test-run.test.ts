import { describe, expect, test } from 'vitest';
import { provideBrowser, type Ways } from './browser.ts';
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
