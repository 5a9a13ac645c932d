import { readFileSync } from 'node:fs';
import { LogLineSchema, isTerminal } from '@slipway/contracts';
import { testCluster, testNamespace } from '@slipway/testing';
import { expect, test } from './installation.ts';
import { defaultProject, nodeOf, outlineOf, restClient } from './rest-client.ts';
import { documents, pipelineOf, script, shopDocuments } from './shop.ts';

/** Of a rolling deployment, in the order in which they are written. */
const rollingSections = ['Fetch Files', 'Initialize', 'Prepare', 'Apply', 'Wait for Steady State', 'Wrap Up'];

test('the log of a rolling deployment is read by section, as text and line by line', async ({
  installation,
}) => {
  const cluster = await testCluster();
  await using namespace = await testNamespace(cluster, { prefix: 'rest-log' });
  const rest = restClient(installation);
  await rest.apply(shopDocuments({ name: 'log_shop', namespace: namespace.name }));
  await rest.delegateConnected();
  const executionId = await rest.run('log_shop');
  const ended = await rest.ended(executionId);
  expect(ended.status, JSON.stringify(ended.failure)).toBe('SUCCEEDED');

  const written = nodeOf(ended, 'deploy.rollout').sections.filter(({ status }) => status !== 'skipped');
  expect(written.map(({ name, status }) => [name, status])).toEqual(
    rollingSections.map((name) => [name, 'succeeded']),
  );
  const logs = `${defaultProject}/executions/${executionId}/logs?node=deploy.rollout`;
  const lines = await rest.get(logs, { headers: { accept: 'application/x-ndjson' } });
  expect(lines.headers.get('content-type')).toContain('application/x-ndjson');
  const parsed = lines.text
    .trimEnd()
    .split('\n')
    .map((line) => LogLineSchema.parse(JSON.parse(line)));
  for (const { name, lines: count } of written) {
    const numbers = parsed.filter(({ section }) => section === name).map(({ n }) => n);
    expect([name, numbers]).toEqual([name, Array.from({ length: count }, (_, index) => index + 1)]);
  }
  const apply = await rest.get(`${logs}&section=Apply`);
  expect(apply.headers.get('content-type')).toContain('text/plain');
  for (const { text } of parsed.filter(({ section }) => section === 'Apply'))
    expect(apply.text).toContain(text);
  expect(apply.text).toContain('shop');
  const later = await rest.get(`${logs}&section=Apply&after=1`, {
    headers: { accept: 'application/x-ndjson' },
  });
  expect(JSON.parse(later.text.split('\n')[0] ?? '')).toMatchObject({ n: 2 });
});

test('a request repeated with its idempotency key starts nothing twice', async ({ installation }) => {
  const rest = restClient(installation);
  await rest.apply(withScript('once', 'echo done'));
  await rest.delegateConnected();
  const start = (json: unknown) =>
    rest.post(`${defaultProject}/pipelines/once/executions`, {
      json,
      headers: { 'idempotency-key': 'first' },
    });
  const [one, two] = await Promise.all([start({}), start({})]);
  const three = await start({});
  const ids = [one, two, three]
    .filter(({ status }) => status === 201)
    .map(({ body }) => String(body.executionId));
  // One of two at the same moment may be asked to come again.
  expect(ids.length).toBeGreaterThanOrEqual(2);
  expect(new Set(ids).size).toBe(1);
  expect(await start({ notes: 'another request' })).toMatchObject({
    status: 409,
    body: { code: 'idempotency.key_reused' },
  });
  await rest.ended(String(three.body.executionId));
  const list = await rest.get(`${defaultProject}/executions?pipeline=once`);
  expect(list.body).toMatchObject({ total: 1, items: [{ executionId: ids[0], status: 'SUCCEEDED' }] });
});

test('a pipeline is not overwritten by somebody who has seen an older version', async ({ installation }) => {
  const rest = restClient(installation);
  await rest.apply(withScript('raced', 'echo 1'));
  const path = `${defaultProject}/pipelines/raced`;
  const read = await rest.get(path, { headers: { accept: 'application/yaml' } });
  const etag = read.headers.get('etag') ?? '';
  const put = (text: string) => rest.put(path, { text, headers: { 'if-match': etag } });
  expect((await put(read.text.replace('echo 1', 'echo 2'))).status).toBe(200);
  expect(await put(read.text.replace('echo 1', 'echo 3'))).toMatchObject({
    status: 412,
    body: { code: 'entity.version_conflict' },
  });
  expect((await rest.get(path, { headers: { accept: 'application/yaml' } })).text).toContain('echo 2');
});

test('AbortAll ends a script with everything it started', async ({ installation }) => {
  const rest = restClient(installation);
  await rest.apply(withScript('long', 'sleep 987 &\necho "child $!"\nwait'));
  await rest.delegateConnected();
  const executionId = await rest.run('long');
  const logs = `${defaultProject}/executions/${executionId}/logs?node=deploy.work&section=Execute`;
  let child = '';
  await expect(async () => {
    child = /child (\d+)/.exec((await rest.get(logs)).text)?.[1] ?? '';
    expect(child).not.toBe('');
  }).toPass({ timeout: 30_000 });
  expect(readFileSync(`/proc/${child}/cmdline`, 'utf8')).toContain('987');

  const interrupt = await rest.post(`${defaultProject}/executions/${executionId}/interrupts`, {
    json: { type: 'AbortAll' },
  });
  expect(interrupt).toMatchObject({ status: 202, body: { accepted: true } });
  const ended = await rest.ended(executionId);

  expect(outlineOf(ended)).toMatchObject({ deploy: 'ABORTED', 'deploy.work': 'ABORTED' });
  expect(ended.status).toBe('ABORTED');
  expect(isTerminal(ended.status) && ended.allowedActions.abort).toBe(false);
  await expect(() => expect(isRunning(child)).toBe(false)).toPass({ timeout: 15_000 });
  expect(
    await rest.post(`${defaultProject}/executions/${executionId}/interrupts`, { json: { type: 'AbortAll' } }),
  ).toMatchObject({ status: 409, body: { code: 'execution.not_running' } });
});

/** A number may have been given to another process by now. */
function isRunning(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('987');
  } catch {
    return false;
  }
}

/** A pipeline with one script, on an infrastructure that nothing is deployed to. */
function withScript(name: string, text: string): string {
  const shop = shopDocuments({ name, namespace: 'default' });
  return shop.replace(/pipeline:[^]*$/, documents([pipelineOf(name, { steps: [script('work', text)] })]));
}
