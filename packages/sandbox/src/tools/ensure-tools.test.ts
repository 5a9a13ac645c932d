import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SandboxError } from '../errors.ts';
import { waitFor } from '../wait.ts';
import { cacheFolder } from './cache-folder.ts';
import { downloadWay } from './download.ts';
import { ensureTools } from './ensure-tools.ts';
import { toolNames, toolVersions, type ToolName } from './programs.ts';
import { releaseOf } from './releases.ts';
import type { Way } from './way.ts';

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-tools-'));
  // /usr/bin/env and sh are all that the stand-ins need.
  env = { SLIPWAY_TOOLS_CACHE: join(folder, 'cache'), PATH: join(folder, 'path') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A shell script that says of itself that it is this program. */
function script(name: ToolName, version: string = toolVersions[name].exact): string {
  const said = {
    etcd: `etcd Version: ${version}`,
    kubectl: `{"clientVersion": {"gitVersion": "v${version}"}}`,
    kwok: `kwok version v${version} go1.26`,
    'kube-apiserver': `Kubernetes v${version}`,
    'kube-controller-manager': `Kubernetes v${version}`,
    'kube-scheduler': `Kubernetes v${version}`,
  }[name];
  return `#!/bin/sh\necho '${said}'\n`;
}

function install(into: string, name: ToolName, version?: string): string {
  mkdirSync(into, { recursive: true });
  const path = join(into, name);
  writeFileSync(path, script(name, version));
  chmodSync(path, 0o755);
  return path;
}

function way(made: ToolName[], more: Partial<Way> = {}): Way {
  return {
    name: 'build',
    obstacle: async () => undefined,
    make: async (name, target) => {
      made.push(name);
      writeFileSync(target, script(name));
    },
    ...more,
  };
}

async function failure(promise: Promise<unknown>): Promise<SandboxError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SandboxError)) throw new Error('expected a SandboxError', { cause: error });
  return error;
}

describe('finding', () => {
  test('takes programs of the right version from the named folder', async () => {
    const named = join(folder, 'named');
    for (const name of toolNames) install(named, name);
    const paths = await ensureTools({ env: { ...env, SLIPWAY_TOOLS_DIR: named }, ways: [] });
    expect(paths.etcd).toBe(join(named, 'etcd'));
    expect(paths.kwok).toBe(join(named, 'kwok'));
  });

  test('makes what is only there in another version', async () => {
    const made: ToolName[] = [];
    for (const name of toolNames) install(env['PATH'] ?? '', name, name === 'kubectl' ? '1.32.4' : undefined);
    const paths = await ensureTools({ env, ways: [way(made)] });
    expect(made).toEqual(['kubectl']);
    expect(paths.kubectl).toBe(join(cacheFolder(env), 'bin', 'kubectl'));
    expect(paths['kube-apiserver']).toBe(join(folder, 'path', 'kube-apiserver'));
  });

  test('asks for nothing when the cache holds everything', async () => {
    await ensureTools({ env, ways: [way([])] });
    const made: ToolName[] = [];
    await ensureTools({ env, ways: [way(made)] });
    expect(made).toEqual([]);
  });
});

describe('making', () => {
  test('goes on where an interrupted build stopped', async () => {
    const first: ToolName[] = [];
    const interrupted = way(first, {
      make: async (name, target) => {
        first.push(name);
        writeFileSync(target, name === 'kube-scheduler' ? 'half a prog' : script(name));
        if (name === 'kube-scheduler') throw new Error('killed');
      },
    });
    await failure(ensureTools({ env, ways: [interrupted] }));
    const second: ToolName[] = [];
    await ensureTools({ env, ways: [way(second)] });
    expect(first).toEqual(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']);
    expect(second).toEqual(['kube-scheduler', 'kubectl', 'kwok']);
  });

  test('never shows a program under its name before it works', async () => {
    const wrong = way([], { make: async (name, target) => writeFileSync(target, script(name, '0.0.1')) });
    const error = await failure(ensureTools({ env, ways: [wrong] }));
    expect(error.message).toContain('what was made says it is 0.0.1, not 3.6');
    expect(readdirSync(join(cacheFolder(env), 'bin'))).toEqual([]);
  });

  test('tries the next way when one fails', async () => {
    const made: ToolName[] = [];
    const broken = way([], { make: async () => Promise.reject(new Error('no compiler')) });
    await ensureTools({ env, ways: [broken, way(made, { name: 'download' })] });
    expect(made).toEqual([...toolNames]);
  });

  test('says what was tried and what to do when nothing works', async () => {
    install(env['PATH'] ?? '', 'kubectl', '1.32.4');
    const none = way([], { obstacle: async () => '"go" is not on PATH' });
    const offline = way([], {
      name: 'download',
      make: async () => Promise.reject(new Error('connect ECONNREFUSED')),
    });
    const error = await failure(ensureTools({ env, ways: [none, offline] }));
    expect(error.message).toContain('The sandbox needs etcd, kube-apiserver,');
    expect(error.message).toContain('kubectl: it is 1.32.4; 1.36.x is needed');
    expect(error.message).toContain('build: "go" is not on PATH');
    expect(error.message).toContain('download etcd: connect ECONNREFUSED');
    expect(error.hint).toContain('SLIPWAY_TOOLS_DIR');
  });

  test('uses only the way that SLIPWAY_TOOLS names', async () => {
    const [built, downloaded]: [ToolName[], ToolName[]] = [[], []];
    const ways = [way(built), way(downloaded, { name: 'download' })];
    await ensureTools({ env: { ...env, SLIPWAY_TOOLS: 'download' }, ways });
    expect([built, downloaded]).toEqual([[], [...toolNames]]);
    const error = await failure(ensureTools({ env: { ...env, SLIPWAY_TOOLS: 'guess' }, ways }));
    expect(error.message).toBe('SLIPWAY_TOOLS is "guess".');
  });

  test('stops when it is told to', async () => {
    const aborting = new AbortController();
    const stopping = way([], {
      make: async (_name, _target, { signal }) => {
        aborting.abort(new Error('enough'));
        signal?.throwIfAborted();
      },
    });
    await expect(ensureTools({ env, ways: [stopping], signal: aborting.signal })).rejects.toThrow('enough');
  });
});

describe('one builder at a time', () => {
  /** Another process that holds the lock of the cache until it is killed. */
  async function holder(): Promise<{ pid: number; kill(): void }> {
    const lock = new URL('../processes/process-lock.ts', import.meta.url).href;
    const code = `import { takeLock } from '${lock}'; takeLock(process.argv[1]); process.stdout.write('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      code,
      join(cacheFolder(env), 'lock'),
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return { pid: child.pid ?? 0, kill: () => child.kill('SIGKILL') };
  }

  test('waits for another process, and takes over when that one is killed', async () => {
    const other = await holder();
    const reports: string[] = [];
    const made: ToolName[] = [];
    const finished = ensureTools({ env, ways: [way(made)], report: (detail) => reports.push(detail) });
    await waitFor('a report', () => reports.length > 0, { timeoutMs: 10_000 });
    expect(reports[0]).toBe(`waiting for process ${other.pid}, which makes the same programs`);
    expect(made).toEqual([]);
    other.kill();
    await finished;
    expect(made).toEqual([...toolNames]);
    expect(existsSync(join(cacheFolder(env), 'lock'))).toBe(false);
  });
});

describe('downloading', () => {
  let server: Server;
  let files: Map<string, Buffer>;

  beforeEach(async () => {
    files = new Map();
    server = createServer((request, response) => {
      const body = files.get(request.url ?? '');
      response.writeHead(body ? 200 : 404);
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    env['SLIPWAY_TOOLS_MIRROR'] = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
  const machine = { platform: 'linux', architecture: 'x64' };

  /** Publishes a program as its project does; `damage` makes the file differ from its checksum. */
  async function publish(name: ToolName, damage = false): Promise<void> {
    const release = releaseOf(name, machine.platform, machine.architecture);
    if (!release) throw new Error(`${name} has no release`);
    const body =
      release.archiveMember === undefined
        ? Buffer.from(script(name))
        : await archive(release.archiveMember, script(name));
    const { checksum } = release;
    const [file = ''] = release.file.split('/').slice(-1);
    const published = {
      file: sha256(body),
      list: `### SHA256\n${'0'.repeat(64)}  other.zip\n${sha256(body)}  ${file}\n`,
      github: JSON.stringify({
        assets: [{ name: 'other' }, { name: file, digest: `sha256:${sha256(body)}` }],
      }),
    }[checksum.kind];
    files.set(`/${checksum.address}`, Buffer.from(published));
    files.set(`/${release.file}`, damage ? Buffer.concat([body, Buffer.from('x')]) : body);
  }

  async function archive(member: string, content: string): Promise<Buffer> {
    const root = mkdtempSync(join(folder, 'archive-'));
    mkdirSync(join(root, member, '..'), { recursive: true });
    writeFileSync(join(root, member), content, { mode: 0o755 });
    const child = spawn('tar', ['-czf', join(root, 'out.tar.gz'), '-C', root, member]);
    await new Promise((resolve) => child.once('exit', resolve));
    return readFileSync(join(root, 'out.tar.gz'));
  }

  test('takes every program whose checksum agrees', async () => {
    for (const name of toolNames) await publish(name);
    const paths = await ensureTools({ env, ways: [downloadWay(env, machine)] });
    expect(readFileSync(paths.etcd, 'utf8')).toBe(script('etcd'));
    expect(readFileSync(paths.kwok, 'utf8')).toBe(script('kwok'));
  });

  test('refuses a file that differs from its checksum', async () => {
    for (const name of toolNames) await publish(name, name === 'kube-apiserver');
    const error = await failure(ensureTools({ env, ways: [downloadWay(env, machine)] }));
    expect(error.message).toMatch(
      /kube-apiserver has the SHA-256 [0-9a-f]{64}, but [0-9a-f]{64} is published/,
    );
    expect(readdirSync(join(cacheFolder(env), 'bin'))).toEqual(['etcd']);
  });

  test('names the address that does not answer', async () => {
    const error = await failure(ensureTools({ env, ways: [downloadWay(env, machine)] }));
    expect(error.message).toMatch(/download etcd: http:.*SHA256SUMS answered 404/);
  });

  test('does not try where nothing is published', async () => {
    expect(await downloadWay(env, { platform: 'darwin', architecture: 'arm64' }).obstacle()).toBe(
      'nothing is published for darwin on arm64',
    );
  });
});
