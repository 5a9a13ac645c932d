import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataDirVariable, layoutOf } from '../src/cluster/layout.ts';
import { attachSandbox, readSandboxStatus } from '../src/index.ts';
import { readJson } from '../src/files.ts';
import {
  isAlive,
  processesWithEnvironment,
  type ProcessIdentity,
} from '../src/processes/process-identity.ts';
import { lockHolder } from '../src/processes/process-lock.ts';
import { supervisorLockPath } from '../src/status.ts';
import { waitFor } from '../src/wait.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

let home: string;
let dataDir: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
  dataDir = join(home, 'sandbox');
});
afterAll(async () => {
  await run('down');
  rmSync(home, { recursive: true, force: true });
});

function run(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [cli, ...args],
      { env: { ...process.env, SLIPWAY_DATA_DIR: home } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** Every process of the sandbox but its supervisor. */
function components(): ProcessIdentity[] {
  // Our own file.
  return (readJson(layoutOf(dataDir).processes) as ProcessIdentity[]).filter(isAlive);
}

describe('words', () => {
  test('unknown ones are refused with the usage', async () => {
    const { code, stderr, stdout } = await run('upp');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Unknown: upp');
    expect(stderr).toContain('Usage: pnpm sandbox COMMAND');
    expect((await run('up', '--forground')).code).toBe(2);
    expect((await run()).code).toBe(2);
  });

  test('help is no failure', async () => {
    expect((await run('--help')).stdout).toContain('Usage: pnpm sandbox COMMAND');
  });

  test('before the first start there is nothing to see, to print or to stop', async () => {
    expect(await run('status')).toMatchObject({
      code: 1,
      stdout: 'off: No sandbox has been started here.\n',
    });
    const { code, stdout, stderr } = await run('kubeconfig');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Start it with `pnpm sandbox up`.');
    expect(await run('down')).toMatchObject({ code: 0, stderr: 'sandbox: no sandbox runs\n' });
  });
});

describe('a sandbox in the background', { timeout: 180_000 }, () => {
  test('up returns when it is ready, having told each step with its time', async () => {
    const { code, stderr } = await run('up');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/\d\.\d s {2}API server: done \(\d+\.\d s\)/);
    expect(stderr).toContain('sandbox: ready: https://127.0.0.1:');
    expect(await run('status')).toMatchObject({ code: 0 });
    expect(readSandboxStatus(dataDir)).toMatchObject({
      phase: 'ready',
      kubernetesVersion: expect.stringMatching(/^v1\./),
    });
  });

  test('kubeconfig prints an administrator’s kubeconfig and nothing else', async () => {
    const { code, stdout, stderr } = await run('kubeconfig');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(readFileSync(join(dataDir, 'kubeconfig.yaml'), 'utf8'));
  });

  test('up again says that it runs already', async () => {
    const supervisor = lockHolder(supervisorLockPath(dataDir));
    const { code, stderr } = await run('up');
    expect(code).toBe(0);
    expect(stderr).toContain(`a sandbox runs already (process ${supervisor?.pid})`);
    expect(lockHolder(supervisorLockPath(dataDir))).toEqual(supervisor);
  });

  test('after the supervisor is killed, status tells so and up replaces what was left, with all data', async () => {
    const attached = await attachSandbox(dataDir);
    await attached.api.json('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'kept' },
    });
    await attached.close();
    const left = components();
    expect(left.map(({ program }) => program).toSorted()).toEqual([
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kwok',
    ]);
    const supervisor = lockHolder(supervisorLockPath(dataDir));
    process.kill(supervisor?.pid ?? 0, 'SIGKILL');
    await waitFor('its end', () => lockHolder(supervisorLockPath(dataDir)) === undefined, {
      timeoutMs: 5_000,
    });
    expect((await run('status')).stdout).toContain('stopped: The sandbox was ended without being stopped.');
    expect(left.every(isAlive)).toBe(true);

    const { code, stderr } = await run('up');
    expect(code, stderr).toBe(0);
    expect(left.filter(isAlive)).toEqual([]);
    const again = await attachSandbox(dataDir);
    expect(await again.api.json('GET', '/api/v1/namespaces/kept')).toMatchObject({
      status: { phase: 'Active' },
    });
    await again.close();
  });

  test('after everything is killed at once, up comes back with all data', async () => {
    const supervisor = lockHolder(supervisorLockPath(dataDir));
    for (const { pid } of [...(supervisor ? [supervisor] : []), ...components()])
      process.kill(pid, 'SIGKILL');
    await waitFor('the end of all', () => components().length === 0, { timeoutMs: 5_000 });
    expect((await run('up')).code).toBe(0);
    const again = await attachSandbox(dataDir);
    expect(await again.api.json('GET', '/api/v1/namespaces/kept')).toMatchObject({
      status: { phase: 'Active' },
    });
    await again.close();
  });

  test('down leaves no process and keeps the data; reset deletes them', async () => {
    const before = components();
    expect(await run('down')).toMatchObject({ code: 0, stderr: 'sandbox: stopped\n' });
    expect(before.filter(isAlive)).toEqual([]);
    expect(processesWithEnvironment(dataDirVariable, dataDir)).toEqual([]);
    expect((await run('status')).stdout).toContain('stopped: The sandbox is stopped; its data are kept.');
    expect(existsSync(join(dataDir, 'etcd'))).toBe(true);
    expect((await run('reset')).code).toBe(0);
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('a sandbox in the foreground', { timeout: 180_000 }, () => {
  function foreground(): { pid: number; exited: Promise<number | null>; text(): string } {
    const child = spawn(process.execPath, [cli, 'up', '--foreground'], {
      env: { ...process.env, SLIPWAY_DATA_DIR: home },
    });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return {
      pid: child.pid ?? 0,
      exited: new Promise((resolve) => child.once('exit', resolve)),
      text: () => text,
    };
  }

  test('ends everything on SIGTERM, ready or not yet', async () => {
    const early = foreground();
    await waitFor('etcd', () => early.text().includes('etcd: running'), { timeoutMs: 30_000 });
    process.kill(early.pid, 'SIGTERM');
    expect(await early.exited).toBe(0);
    expect(processesWithEnvironment(dataDirVariable, dataDir)).toEqual([]);

    const late = foreground();
    await waitFor('readiness', () => late.text().includes('sandbox: ready'), { timeoutMs: 60_000 });
    process.kill(late.pid, 'SIGINT');
    expect(await late.exited).toBe(0);
    expect(processesWithEnvironment(dataDirVariable, dataDir)).toEqual([]);
    expect(late.text()).toContain('sandbox: stopped');
  });

  test('leaves nothing behind when its supervisor breaks', async () => {
    const start = new URL('../src/index.ts', import.meta.url).href;
    const code = `import { startSandbox } from '${start}'; await startSandbox({ dataDir: process.argv[1], durable: false }); throw new Error('broken');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, dataDir], { stdio: 'ignore' });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1);
    await expect
      .poll(() => processesWithEnvironment(dataDirVariable, dataDir), { timeout: 30_000 })
      .toEqual([]);
  });

  test('takes over from another supervisor', async () => {
    const first = foreground();
    await waitFor('readiness', () => first.text().includes('sandbox: ready'), { timeoutMs: 60_000 });
    const second = foreground();
    expect(await first.exited).toBe(0);
    await waitFor('readiness', () => second.text().includes('sandbox: ready'), { timeoutMs: 60_000 });
    process.kill(second.pid, 'SIGTERM');
    expect(await second.exited).toBe(0);
  });

  test('says what does not stay up, and what to do', async () => {
    const { code, stderr } = await new Promise<Outcome>((resolve) => {
      const child = execFile(
        process.execPath,
        [cli, 'up', '--foreground'],
        { env: { ...process.env, SLIPWAY_DATA_DIR: home, ETCD_QUOTA_BACKEND_BYTES: 'nonsense' } },
        (_error, stdout, text) => resolve({ code: child.exitCode, stdout, stderr: text }),
      );
    });
    expect(code).toBe(1);
    expect(stderr).toContain('etcd does not stay up. It said last:');
    expect(readSandboxStatus(dataDir)).toMatchObject({
      phase: 'failed',
      hint: expect.stringContaining('pnpm sandbox reset'),
    });
  });
});
