import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

/** Starts a program with a channel to its launcher, as the launcher does, and is killed when told. */
const launcher = `
  const { fork } = require('node:child_process');
  const child = fork(process.argv[1], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  process.stdout.write(String(child.pid) + '\\n');
`;

const program = path.join(import.meta.dirname, 'late-program.ts');

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

// A launcher that was killed while its programs were still starting left them running: they listened for its end too late.
test('a program whose launcher died while it was starting ends by itself', async () => {
  const parent = spawn(process.execPath, ['-e', launcher, program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (data: Buffer) => resolve(Number(data)));
  });
  parent.kill('SIGKILL');
  await expect.poll(() => runs(pid), { timeout: 20_000, interval: 50 }).toBe(false);
});
