import { CONFIGURATION_EXIT_CODE, StartError } from './start-error.ts';

/** Requests and jobs that are under way get this long; a job that has not ended by then is done again by another process. */
const CLOSE_WITHIN_MS = 10_000;

/** Runs a program's `main`. What keeps it from starting is printed with its remedy, and by its exit code it is not started again. */
export function runProgram(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (error instanceof StartError) {
      process.stderr.write(error.print());
      process.exit(CONFIGURATION_EXIT_CODE);
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}

/** Closes in an orderly way on SIGTERM, SIGINT, and when the launcher that started this process is gone. */
export function endWhenAsked(program: { close(): Promise<void> }): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), CLOSE_WITHIN_MS).unref();
    program.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Slipway did not close well: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  // Nobody else would ever stop a process whose launcher is gone.
  process.once('disconnect', end);
  // It may have gone while this program was starting: that event is not repeated. Without a launcher `connected` is not set.
  const connected: unknown = process.connected;
  if (connected === false) end();
}
