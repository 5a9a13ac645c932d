import type { ToolName } from './programs.ts';

/** A way to get programs that are not there yet. */
export interface Way {
  name: 'build' | 'download';
  /** Why it cannot be used here at all; undefined when it can be tried. */
  obstacle(): Promise<string | undefined>;
  /** Makes one executable at `target`. Rejects with a message for people. */
  make(name: ToolName, target: string, context: MakeContext): Promise<void>;
}

export interface MakeContext {
  /** What it is doing right now, for people. */
  report(detail: string): void;
  signal: AbortSignal | undefined;
}
