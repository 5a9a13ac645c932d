import { isClusterError } from '../cluster/cluster-error.ts';
import type { LogLevel, LogSection, TaskContext } from '../tasks/task.ts';
import { toDeployFailure } from './explain-refusal.ts';

/** Writes lines of one log section. */
export interface SectionLog {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  drained(): Promise<void>;
}

/** Runs a part of a task as one log section, which ends as the part does. A refused request is thrown in words. */
export async function inSection<T>(
  context: Pick<TaskContext, 'section'>,
  name: string,
  part: (log: SectionLog) => Promise<T>,
): Promise<T> {
  const section = context.section(name);
  try {
    const result = await part(toLog(section));
    section.end('succeeded');
    return result;
  } catch (thrown) {
    const error = isClusterError(thrown) ? toDeployFailure(thrown, `A request of ${name}`) : thrown;
    section.line(error instanceof Error ? error.message : String(error), 'error');
    section.end('failed');
    throw error;
  }
}

/** Shows a section that has nothing to do, and why. */
export function skipSection(context: Pick<TaskContext, 'section'>, name: string, reason: string): void {
  const section = context.section(name);
  section.line(reason);
  section.end('skipped');
}

function toLog(section: LogSection): SectionLog {
  const write = (level: LogLevel) => (text: string) => section.line(text, level);
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    drained: () => section.drained(),
  };
}
