/** What the person sees. One line per thing that happened, with the time it took; the same in a pipe. */
export interface Report {
  /** Runs `work`, then prints its name, what it answers and how long it took. */
  step<T>(name: string, work: () => Promise<{ result: T; detail: string }>): Promise<T>;
  line(name: string, detail: string): void;
  /** Text as it is. */
  text(text: string): void;
  warn(text: string): void;
}

const NAME_WIDTH = 12;
const DETAIL_WIDTH = 52;
/** A step that takes longer than this is announced before it is done. */
const PATIENCE_MS = 1500;

export function createReport(out: NodeJS.WriteStream): Report {
  const colour = (code: number, text: string): string =>
    out.isTTY && process.env['NO_COLOR'] === undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  const dim = (text: string): string => colour(2, text);
  const write = (text: string): void => {
    out.write(`${text}\n`);
  };
  const line = (name: string, detail: string, tookMs?: number): void => {
    const took = tookMs === undefined ? '' : dim(seconds(tookMs).padStart(7));
    write(
      `  ${colour(1, name.padEnd(NAME_WIDTH))}${tookMs === undefined ? detail : detail.padEnd(DETAIL_WIDTH)}${took}`,
    );
  };
  return {
    step: async (name, work) => {
      const startedAt = performance.now();
      const patience = setTimeout(() => line(name, dim('working ...')), PATIENCE_MS);
      try {
        const { result, detail } = await work();
        line(name, detail, performance.now() - startedAt);
        return result;
      } finally {
        clearTimeout(patience);
      }
    },
    line: (name, detail) => line(name, detail),
    text: write,
    warn: (text) => write(`  ${colour(33, 'warning'.padEnd(NAME_WIDTH))}${text}`),
  };
}

/** `1.2 s`, `74 s`, `3 min 12 s`. */
export function seconds(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
  const whole = Math.round(ms / 1000);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
