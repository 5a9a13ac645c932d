import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { endProcess } from '../processes/end-process.ts';
import { identifyProcess } from '../processes/process-identity.ts';
import { versions } from '../versions.ts';
import type { ToolName } from './programs.ts';
import type { MakeContext, Way } from './way.ts';

/** In the environment of every build, so that one whose parent was killed can be found and ended. */
export const buildVariable = 'SLIPWAY_TOOLS_BUILD';

const [, kubernetesMinor = ''] = versions.kubernetes.split('.');
const stamp = [
  `-X k8s.io/component-base/version.gitVersion=v${versions.kubernetes}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  `-X k8s.io/component-base/version.gitMinor=${kubernetesMinor}`,
].join(' ');

/** What is built, in which of our modules (folders of `packages/sandbox/go`), and how long it took cold on two cores. */
const packages: Record<ToolName, { module: string; path: string; ldflags: string; coldSeconds: number }> = {
  etcd: { module: 'kubernetes', path: 'go.etcd.io/etcd/server/v3', ldflags: '', coldSeconds: 40 },
  'kube-apiserver': kubernetesProgram('kube-apiserver', 170),
  'kube-controller-manager': kubernetesProgram('kube-controller-manager', 50),
  'kube-scheduler': kubernetesProgram('kube-scheduler', 10),
  kubectl: kubernetesProgram('kubectl', 20),
  kwok: { module: 'kwok', path: 'sigs.k8s.io/kwok/cmd/kwok', ldflags: '', coldSeconds: 60 },
};

/** Builds programs from their Go modules; versions and checksums are pinned by our own module files. */
export function goBuildWay(env: Readonly<Record<string, string | undefined>>, cache: string): Way {
  return {
    name: 'build',
    obstacle: () => goObstacle(env),
    make: (name, target, context) => build(name, target, context, { ...env, [buildVariable]: cache }),
  };
}

async function goObstacle(env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('go', ['version'], { env: definedOnly(env) });
    const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? [];
    // From 1.21 on Go fetches by itself the newer toolchain that a module asks for.
    if (Number(major) === 1 && Number(minor) < 21) return `${stdout.trim()} is too old: 1.26 is needed`;
    return undefined;
  } catch {
    return '"go" is not on PATH';
  }
}

async function build(
  name: ToolName,
  target: string,
  context: MakeContext,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { module, path, ldflags, coldSeconds } = packages[name];
  const folder = fileURLToPath(new URL(`../../go/${module}/`, import.meta.url));
  const args = [
    'build',
    '-mod=readonly',
    '-trimpath',
    '-v',
    '-ldflags',
    `-s -w ${ldflags}`,
    '-o',
    target,
    path,
  ];
  const child = spawn('go', args, {
    cwd: folder,
    // Its own group: ending the build ends the compilers it started.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: definedOnly({ ...env, CGO_ENABLED: '0', GOWORK: 'off' }),
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
  const abort = (): void => {
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    // What does not end now is ended by the next one who builds.
    if (identity) endProcess(identity, 2_000).catch(() => {});
  };
  context.signal?.addEventListener('abort', abort);
  const counts = { downloaded: 0, compiled: 0 };
  const lastLines: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      count(line, counts, lastLines);
      context.report(describe(counts, coldSeconds));
    }
    const code = await exited;
    context.signal?.throwIfAborted();
    if (code !== 0)
      throw new Error(`go build ${path} failed: ${lastLines.join(' / ') || `exit code ${code}`}`);
  } finally {
    context.signal?.removeEventListener('abort', abort);
  }
}

function count(line: string, counts: { downloaded: number; compiled: number }, lastLines: string[]): void {
  if (line.startsWith('go: downloading ')) counts.downloaded += 1;
  else if (/^[\w.~-]+(\/[\w.~-]+)*$/.test(line)) counts.compiled += 1;
  else {
    lastLines.push(line);
    if (lastLines.length > 4) lastLines.shift();
  }
}

function describe(counts: { downloaded: number; compiled: number }, coldSeconds: number): string {
  const done = [
    counts.downloaded > 0 ? `${counts.downloaded} modules fetched` : '',
    counts.compiled > 0 ? `${counts.compiled} packages compiled` : '',
  ].filter((part) => part !== '');
  return `${done.join(', ')} (a first build takes about ${coldSeconds} s on two cores)`;
}

function kubernetesProgram(name: string, coldSeconds: number): (typeof packages)[ToolName] {
  return { module: 'kubernetes', path: `k8s.io/kubernetes/cmd/${name}`, ldflags: stamp, coldSeconds };
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
