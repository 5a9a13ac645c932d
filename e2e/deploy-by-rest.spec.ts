import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testCluster, testNamespace } from '@slipway/testing';
import { expect, test } from './installation.ts';
import { podsOf, serves } from './ready-pods.ts';
import { restClient } from './rest-client.ts';

const page = path.resolve(import.meta.dirname, '../docs/how-to/deploy-by-rest.md');

test('the commands of the page about REST deploy what it says', async ({ installation }) => {
  const cluster = await testCluster();
  await using namespace = await testNamespace(cluster, { prefix: 'curl' });
  await restClient(installation).delegateConnected();
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-curl-'));
  try {
    const said = await shell(commandsOf(readFileSync(page, 'utf8')), folder, {
      SLIPWAY_URL: installation.baseUrl,
      SLIPWAY_API_KEY: installation.apiKey,
      NAMESPACE: namespace.name,
    });
    expect(said).toContain('"status":"SUCCESS"');
    expect(said).toMatch(/^SUCCEEDED$/m);
    expect(said).toContain('"section":"Apply"');
    expect(said).toContain('Deploy the web shop');
    expect((await podsOf(cluster, namespace.name)).map(serves)).toEqual([true, true, true]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** What stands in the blocks marked as bash. */
const commandsOf = (markdown: string): string =>
  [...markdown.matchAll(/^```bash\n([^]*?)^```$/gm)].map(([, commands = '']) => commands).join('\n');

function shell(
  commands: string,
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...environment }, timeout: 100_000 };
    execFile('bash', ['-euo', 'pipefail', '-c', commands], options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stdout}\n${stderr}`)),
    );
  });
}
