import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ShellScriptTask, TaskOutcome } from '@slipway/contracts';
import { expect, test, vi } from 'vitest';
import { shellScript } from '../src/tasks/shell-script.ts';
import { taskBench } from './task-bench.ts';
import type { TaskBench, TaskBenchOptions } from './task-bench.ts';

const waiting = { timeout: 10_000, interval: 20 } as const;
const task = (text: string, changes: Partial<ShellScriptTask> = {}): ShellScriptTask => ({
  shell: 'Bash',
  script: { parts: [{ text }] },
  environment: {},
  outputs: [],
  ...changes,
});
const output = (variable: string, secret = false) => ({ name: variable, variable, secret });

async function run(
  given: ShellScriptTask,
  options: TaskBenchOptions = {},
): Promise<{ outcome: TaskOutcome; lines: string[] }> {
  await using bench = await taskBench(options);
  const outcome = await shellScript.run(given, bench.context);
  return { outcome, lines: await bench.lines() };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function pidOf(bench: TaskBench): Promise<number> {
  const file = path.join(await bench.context.workFolder(), 'pid');
  return vi.waitFor(async () => {
    const pid = Number(await readFile(file, 'utf8'));
    expect(pid).toBeGreaterThan(0);
    return pid;
  }, waiting);
}

test('output lines keep their order and stderr is marked', async () => {
  const { outcome, lines } = await run(task('echo one; echo two; sleep 0.1; echo oops >&2'));
  expect(outcome).toEqual({ kind: 'succeeded', outputs: {} });
  expect(lines).toEqual(['info: one', 'info: two', 'error: oops']);
});

test.each(['Bash', 'Sh'] as const)(
  '%s: values come back as they are, and what is not set is empty',
  async (shell) => {
    const script = `a='two words'; b='line one
line "two" $not'; c=ünï; export d=exported`;
    const { outcome } = await run(
      task(script, { shell, outputs: ['a', 'b', 'c', 'd', 'e'].map((name) => output(name)) }),
    );
    expect(outcome).toEqual({
      kind: 'succeeded',
      outputs: { a: 'two words', b: 'line one\nline "two" $not', c: 'ünï', d: 'exported', e: '' },
    });
  },
);

test('an early exit does not lose the outputs', async () => {
  const { outcome } = await run(task('v=early; exit 0; v=late', { outputs: [output('v')] }));
  expect(outcome).toEqual({ kind: 'succeeded', outputs: { v: 'early' } });
});

test.each([
  ['exit 3', 3],
  ['set -e; false; true', 1],
  ['set -eu; echo "$unset"', 1],
])('%s fails with its exit code', async (script, code) => {
  const { outcome } = await run(task(`echo why >&2; ${script}`, { outputs: [output('v')] }));
  expect(outcome).toMatchObject({
    kind: 'failed',
    failure: {
      code: 'script.exit_code',
      message: `The script ended with exit code ${code}.`,
      evidence: [{ kind: 'log', text: expect.stringContaining('why') }],
    },
  });
});

test('a script that kills itself is told from one that exits', async () => {
  const { outcome } = await run(task('kill -KILL $$'));
  expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'script.killed' } });
});

test('wait waits for what the script began, and for nothing of ours', async () => {
  const { outcome, lines } = await run(task('(sleep 0.2; echo later) & wait; echo then; jobs'));
  expect(outcome.kind).toBe('succeeded');
  expect(lines).toEqual(['info: later', 'info: then']);
});

test('a process that a script leaves behind ends with it', async () => {
  await using bench = await taskBench();
  await shellScript.run(task('sleep 600 & echo $! > pid'), bench.context);
  const pid = await pidOf(bench);
  await vi.waitFor(() => expect(alive(pid)).toBe(false), waiting);
});

test('stopping ends the whole group, also when it will not listen', async () => {
  await using bench = await taskBench();
  const running = shellScript.run(
    task("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done"),
    bench.context,
  );
  const pid = await pidOf(bench);
  bench.stop(new Error('cancelled by the test'));
  await expect(running).rejects.toThrow('cancelled by the test');
  await vi.waitFor(() => expect(alive(pid)).toBe(false), waiting);
}, 20_000);

test('secrets reach script and environment, and are masked however they are printed', async () => {
  const value = 'p@ss w0rd/"x"';
  const { outcome, lines } = await run(
    task('', {
      script: {
        parts: [
          { text: "s='" },
          { secret: 'account:s' },
          {
            text: `'; printf '%s\\n' "$s" "$E"; printf '%s' "$s" | base64; printf 'p@ss'; sleep 0.2; printf ' w0rd/"x"\\n'; length=\${#s}`,
          },
        ],
      },
      environment: { E: { parts: [{ secret: 'account:s' }] } },
      outputs: [output('length')],
    }),
    { secrets: { 'account:s': value } },
  );
  expect(outcome).toEqual({ kind: 'succeeded', outputs: { length: String(value.length) } });
  expect(lines).toEqual(['info: *****', 'info: *****', 'info: *****', 'info: *****']);
});

test('a secret output is named as one', async () => {
  const { outcome } = await run(task('key=made-here', { outputs: [output('key', true)] }));
  expect(outcome).toEqual({ kind: 'succeeded', outputs: { key: 'made-here' }, secretOutputs: ['key'] });
});

test('output ends at 512 KB with a notice, and the script goes on', async () => {
  const { outcome, lines } = await run(
    task('head -c 700000 /dev/zero | tr "\\0" x | fold -w 100; v=done', { outputs: [output('v')] }),
  );
  expect(outcome).toEqual({ kind: 'succeeded', outputs: { v: 'done' } });
  expect(lines).toContain(
    'warn: The output ends here: a script may write 512 KB. The script itself goes on.',
  );
  expect(lines.join('\n').length).toBeLessThan(600_000);
});

test('its folder is its own, and nothing of the delegate is in its environment', async () => {
  vi.stubEnv('SLIPWAY_DELEGATE_TOKEN', 'canary-token');
  try {
    const { outcome } = await run(
      task('everything="$(env)"; where="$PWD|$HOME|$TMPDIR"; mode=$(stat -c %a .)', {
        outputs: ['everything', 'where', 'mode'].map((name) => output(name)),
      }),
    );
    if (outcome.kind !== 'succeeded') throw new Error(JSON.stringify(outcome));
    expect(outcome.outputs['everything']).not.toMatch(/SLIPWAY|canary/);
    expect(new Set(String(outcome.outputs['where']).split('|')).size).toBe(1);
    expect(outcome.outputs['mode']).toBe('700');
  } finally {
    vi.unstubAllEnvs();
  }
});

test.each([
  ['an output', { outputs: [{ name: 'x', variable: 'a;rm -rf /', secret: false }] }],
  ['an environment variable', { environment: { 'A B': { parts: [] } } }],
])('%s with a name no shell has is refused before anything runs', async (_what, changes) => {
  const { outcome, lines } = await run(task('echo ran', changes));
  expect(outcome).toMatchObject({
    kind: 'failed',
    failure: { code: 'script.invalid', errorType: 'ConfigurationFailure' },
  });
  expect(lines).toEqual([]);
});
