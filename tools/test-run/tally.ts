/** How a run of tests ended. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, by name. */
  readonly failures: readonly string[];
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };

export function add(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    failures: [...one.failures, ...other.failures],
  };
}

/** The last line of a run. */
export function lastLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A failure that belongs to no test: something missing, a crash of the runner. */
export function failure(what: string): Tally {
  return { ...nothing, failed: 1, failures: [what] };
}

/** What vitest's json reporter writes, as far as it is read here. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** A file that could not be loaded has no tests to count, so it counts as one failure itself. */
export function tallyVitest(report: VitestReport): Tally {
  return report.testResults
    .map((file) => {
      const named = (statuses: readonly string[]): string[] =>
        file.assertionResults
          .filter(({ status }) => statuses.includes(status))
          .map(({ fullName }) => `${file.name}: ${fullName}`);
      const failures = named(['failed']);
      if (file.status === 'failed' && failures.length === 0)
        failures.push(`${file.name}: ${file.message ?? 'the file failed'}`);
      const passed = named(['passed']).length;
      const skipped = named(['skipped', 'pending', 'todo', 'disabled']).length;
      return { passed, failed: failures.length, skipped, failures };
    })
    .reduce(add, nothing);
}

/** What Playwright's json reporter writes, as far as it is read here. */
export interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
  /** What went wrong outside of any test. */
  readonly errors: readonly { readonly message?: string }[];
}

interface PlaywrightSuite {
  readonly title: string;
  readonly file: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly tests: readonly { readonly status: string }[];
  }[];
}

/** A test that passed only when repeated has failed: it is not repeated for nothing. */
export function tallyPlaywright(report: PlaywrightReport): Tally {
  const outside = report.errors.map(({ message }) =>
    failure(`browser: ${message ?? 'an error outside of the tests'}`),
  );
  return [...report.suites.map(tallySuite), ...outside].reduce(add, nothing);
}

function tallySuite(suite: PlaywrightSuite): Tally {
  const tests = suite.specs.flatMap(({ title, tests: runs }) =>
    runs.map(({ status }) => ({ title, status })),
  );
  const named = (statuses: readonly string[]): string[] =>
    tests.filter(({ status }) => statuses.includes(status)).map(({ title }) => `${suite.file}: ${title}`);
  const failures = named(['unexpected', 'flaky']);
  const own = {
    passed: named(['expected']).length,
    failed: failures.length,
    skipped: named(['skipped']).length,
    failures,
  };
  return (suite.suites ?? []).map(tallySuite).reduce(add, own);
}
