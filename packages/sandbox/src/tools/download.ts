import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { listAt, textAt } from '../json-path.ts';
import type { ToolName } from './programs.ts';
import { releaseOf, type Release } from './releases.ts';
import type { MakeContext, Way } from './way.ts';

/**
 * Downloads the projects' official releases and believes them only if their published checksum agrees.
 * `SLIPWAY_TOOLS_MIRROR` puts a base URL before the addresses: `<mirror>/dl.k8s.io/release/...`.
 */
export function downloadWay(
  env: Readonly<Record<string, string | undefined>>,
  machine: { platform: string; architecture: string } = {
    platform: process.platform,
    architecture: process.arch,
  },
): Way {
  const base = env['SLIPWAY_TOOLS_MIRROR']?.replace(/\/+$/, '');
  const url = (address: string): string => (base === undefined ? `https://${address}` : `${base}/${address}`);
  const release = (name: ToolName): Release | undefined =>
    releaseOf(name, machine.platform, machine.architecture);
  return {
    name: 'download',
    obstacle: async () =>
      release('kube-apiserver')
        ? undefined
        : `nothing is published for ${machine.platform} on ${machine.architecture}`,
    make: async (name, target, context) => {
      const found = release(name);
      if (!found) throw new Error(`${name} is not published for this machine`);
      await download(found, target, context, url);
    },
  };
}

async function download(
  release: Release,
  target: string,
  context: MakeContext,
  url: (address: string) => string,
): Promise<void> {
  const dispatcher = new EnvHttpProxyAgent({ bodyTimeout: 60_000, headersTimeout: 60_000 });
  try {
    const get = async (address: string): Promise<Response> => {
      const response = await fetch(url(address), { dispatcher, signal: context.signal ?? null });
      if (!response.ok) throw new Error(`${url(address)} answered ${response.status}`);
      return response;
    };
    const expected = await readChecksum(release, get);
    const actual = await save(await get(release.file), target, context);
    if (actual !== expected) {
      throw new Error(
        `${url(release.file)} has the SHA-256 ${actual}, but ${expected} is published: it was not used`,
      );
    }
    if (release.archiveMember !== undefined) await extract(target, release.archiveMember);
    chmodSync(target, 0o755);
  } catch (error) {
    rmSync(target, { force: true });
    throw explain(error, url(release.file));
  } finally {
    await dispatcher.destroy();
  }
}

async function readChecksum(release: Release, get: (address: string) => Promise<Response>): Promise<string> {
  const { checksum } = release;
  const text = await (await get(checksum.address)).text();
  const found = checksumIn(text, checksum);
  if (found === undefined) throw new Error(`${checksum.address} holds no checksum for ${release.file}`);
  return found;
}

function checksumIn(text: string, checksum: Release['checksum']): string | undefined {
  if (checksum.kind === 'file') return /^[0-9a-f]{64}\b/.exec(text.trim())?.[0];
  if (checksum.kind === 'list') {
    const fields = text.split('\n').map((line) => line.trim().split(/\s+\*?/));
    return fields.find(([, fileName]) => fileName === checksum.fileName)?.[0];
  }
  const body: unknown = JSON.parse(text);
  const asset = listAt(body, 'assets').find((candidate) => textAt(candidate, 'name') === checksum.fileName);
  return /^sha256:([0-9a-f]{64})$/.exec(textAt(asset, 'digest') ?? '')?.[1];
}

/** Writes the body to a file and gives its SHA-256. */
async function save(response: Response, target: string, context: MakeContext): Promise<string> {
  if (!response.body) throw new Error('the answer is empty');
  const total = Number(response.headers.get('content-length') ?? 0);
  const hash = createHash('sha256');
  let bytes = 0;
  const body = response.body;
  await pipeline(async function* () {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) throw new Error('the answer is not binary');
      hash.update(chunk);
      bytes += chunk.byteLength;
      context.report(`${megabytes(bytes)}${total > 0 ? ` of ${megabytes(total)}` : ''} downloaded`);
      yield chunk;
    }
  }, createWriteStream(target));
  return hash.digest('hex');
}

async function extract(archive: string, member: string): Promise<void> {
  const folder = `${archive}.folder`;
  try {
    mkdirSync(folder, { recursive: true });
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, member]);
    renameSync(join(folder, member), archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(0)} MB`;
}

/** fetch hides why it failed in its cause. */
function explain(error: unknown, address: string): Error {
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  return new Error(`${address}: ${error.cause.message || error.cause.name}`, { cause: error });
}
