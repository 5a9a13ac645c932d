import { connectionTestSteps } from '@slipway/contracts';
import type {
  Cause,
  ConnectionTestResult,
  ConnectionTestStep,
  Connectivity,
  TaskOutcome,
} from '@slipway/contracts';
import type { TaskRun } from '../tasks/index.ts';

type NoDelegate = Extract<TaskRun, { kind: 'no-delegate' }>;

const titles: Readonly<Record<ConnectionTestStep['step'], string>> = {
  delegate: 'Delegate',
  address: 'API server',
  tls: 'Certificate',
  identity: 'Signed in as',
  'list-controllers': 'List controllers',
};

export interface TestTimes {
  readonly testedAt: Date;
  readonly durationMs: number;
}

/** The result of a test that ran, could not run or gave no answer. */
export function toTestResult(
  run: TaskRun,
  selectors: readonly string[],
  times: TestTimes,
): ConnectionTestResult {
  const common = { testedAt: times.testedAt.toISOString(), durationMs: times.durationMs };
  if (run.kind === 'no-delegate')
    return { ...common, ...withoutDelegate(noDelegateCause(run.verdicts, selectors), 'UNKNOWN') };
  if (run.kind === 'timed-out')
    return { ...common, ...withoutDelegate(timeoutCause(run.afterMs), 'UNKNOWN') };
  const { outcome, delegate } = run;
  const steps = outcome.kind === 'cancelled' ? undefined : outcome.result?.connectionTest?.steps;
  if (!steps) return { ...common, delegate, ...withoutDelegate(brokenCause(outcome), 'FAILURE') };
  const failed = steps.find((step) => step.status === 'failed');
  return {
    ...common,
    delegate,
    steps,
    status: failed ? 'FAILURE' : 'SUCCESS',
    ...(failed ? { errorSummary: failed.cause?.title ?? failed.detail } : {}),
  };
}

function withoutDelegate(
  cause: Cause,
  status: 'UNKNOWN' | 'FAILURE',
): Pick<ConnectionTestResult, 'status' | 'steps' | 'errorSummary'> {
  const steps = connectionTestSteps.map((step): ConnectionTestStep =>
    step === 'delegate'
      ? { step, title: titles[step], status: 'failed', detail: cause.title, cause }
      : { step, title: titles[step], status: 'skipped', detail: '' },
  );
  return { status, steps, errorSummary: cause.title };
}

function noDelegateCause(verdicts: NoDelegate['verdicts'], selectors: readonly string[]): Cause {
  const wanted =
    selectors.length === 0
      ? 'No delegate is connected that may work here'
      : `No connected delegate has all of the tags ${selectors.join(', ')}`;
  return {
    code: 'delegate.none_eligible',
    severity: 'fatal',
    title: wanted,
    message:
      verdicts.length === 0
        ? 'No delegate is installed yet in this scope or around it.'
        : 'Each delegate, and why it does not fit, is listed below.',
    evidence: verdicts.map((verdict) => ({ kind: 'status', text: `${verdict.delegate}: ${verdict.reason}` })),
    hints: [
      ...new Set(verdicts.flatMap((verdict) => verdict.remedy ?? [])),
      'Install a delegate, or choose the tags of one that is connected.',
    ],
  };
}

const timeoutCause = (afterMs: number): Cause => ({
  code: 'delegate.no_answer',
  severity: 'fatal',
  title: `No answer from a delegate within ${Math.round(afterMs / 1000)} s`,
  message: 'A delegate that fits is connected, but it did not finish the test in time.',
  evidence: [],
  hints: ["Look at the delegate's log, or try again: it may be busy or its network slow."],
});

function brokenCause(outcome: TaskOutcome): Cause {
  const failure = outcome.kind === 'failed' ? outcome.failure : null;
  return {
    code: failure?.code ?? 'delegate.test_broken_off',
    severity: 'fatal',
    title: failure?.message ?? 'The test was broken off',
    message: failure?.message ?? 'The delegate gave the test up before it ended.',
    evidence: failure?.evidence ?? [],
    hints: failure?.hints ?? ['Try again.'],
  };
}

/** What is kept of a connector after a test. */
export function toConnectivity(result: ConnectionTestResult, before: Connectivity | null): Connectivity {
  const lastConnectedAt = result.status === 'SUCCESS' ? result.testedAt : before?.lastConnectedAt;
  return {
    status: result.status,
    lastTestedAt: result.testedAt,
    lastResult: result,
    ...(lastConnectedAt === undefined ? {} : { lastConnectedAt }),
  };
}
