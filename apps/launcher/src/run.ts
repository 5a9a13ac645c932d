import { readConfig } from './config.ts';
import { LaunchFailure, ProgramRefused } from './launch-failure.ts';
import { createReport, seconds } from './report.ts';
import { createInstallation } from './start.ts';

const GRACE_MS = 15_000;

/** Runs until Ctrl-C, SIGTERM or a failure that only a person can mend. Gives the exit code. */
async function main(): Promise<number> {
  const report = createReport(process.stdout);
  report.text('Slipway');
  const installation = createInstallation({
    config: readConfig(process.env),
    report,
    environment: process.env,
  });
  const asked = whenAsked(() => {
    report.text('\n  ending everything at once');
    void installation.stop(0);
  });
  const outcome = await Promise.race([
    asked,
    installation.start().then(
      () => Promise.race([asked, installation.lost]),
      (error: unknown) => error,
    ),
  ]);
  if (outcome instanceof Error) console.error(`\n${explain(outcome)}`);
  const startedAt = performance.now();
  if (!(outcome instanceof Error)) report.text('\n  stopping (again: at once)');
  await installation.stop(GRACE_MS);
  const took = seconds(performance.now() - startedAt);
  // "Everything" would be untrue where another installation runs.
  report.text(
    outcome instanceof Error
      ? `\n  what this start had begun is ended (${took})`
      : `  everything is stopped (${took})`,
  );
  return outcome instanceof Error ? 1 : 0;
}

/** Settles at the first request to end; `again` is called at the second. */
function whenAsked(again: () => void): Promise<'asked'> {
  return new Promise((resolve) => {
    let times = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        times += 1;
        if (times === 1) resolve('asked');
        else again();
      });
    }
  });
}

function explain(error: Error): string {
  if (error instanceof LaunchFailure) return error.print();
  if (error instanceof ProgramRefused) return error.said;
  return `Slipway cannot go on: ${error.stack ?? error.message}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? explain(error) : error);
  process.exitCode = 1;
}
