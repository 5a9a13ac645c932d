import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { paths } from '../apps/web/src/paths.ts';
import { expect, type Installation, startInstallation, test } from './installation.ts';
import { defaultProject, nodeOf, type RestClient, restClient } from './rest-client.ts';
import { documents, pipelineOf, script, shopDocuments } from './shop.ts';
import {
  type Parameters,
  placesOf,
  readEveryFile,
  readEveryRoute,
  readEveryRow,
  readable,
  type Trace,
} from './traces.ts';

/** Every character that some way of writing it down changes, around letters that none does. */
const CANARY = String.raw`Canary "q7XzV9kPrW" \ a&b <c>/d+e%f`;
const MASK = '*****';
const administrator = { email: 'canary@example.com', password: 'a long enough passphrase 42' };

const printing = String.raw`
echo "plain $CANARY"
echo 'inline <+secrets.getValue("canary")>'
echo "base64 $(printf '%s' "$CANARY" | base64 -w0)"
echo "base64 in front $(printf '%s' "user:$CANARY" | base64 -w0)"
echo "json \"$(printf '%s' "$CANARY" | sed 's/[\\"]/\\&/g')\""
url=''
for (( i = 0; i < ${'$'}{#CANARY}; i++ )); do
  c="${'$'}{CANARY:i:1}"
  case "$c" in [a-zA-Z0-9]) url+="$c" ;; *) url+="$(printf '%%%02X' "'$c")" ;; esac
done
echo "url $url"
printf 'in '; for (( i = 0; i < ${'$'}{#CANARY}; i += 7 )); do printf '%s' "${'$'}{CANARY:i:7}"; sleep 0.05; done; echo ' pieces'
OUT="output $CANARY"
`;
const failing = 'echo "about to fail with $CANARY" >&2\ncat "/nowhere/$CANARY"';

test('a secret used in a run appears in nothing that is given out or kept', async ({ browser }) => {
  // Every address of REST and console, one after the other.
  test.setTimeout(300_000);
  const installation = await startInstallation({
    SLIPWAY_LOG_LEVEL: 'trace',
    SLIPWAY_BOOTSTRAP_ADMIN_EMAIL: administrator.email,
    SLIPWAY_BOOTSTRAP_ADMIN_PASSWORD: administrator.password,
  });
  try {
    const rest = restClient(installation);
    const executionId = await runWithCanary(rest);
    const execution = await rest.execution(executionId);

    // The masked form stands where the secret would: nothing was left out instead.
    expect(nodeOf(execution, 'deploy.print').outputs).toMatchObject({ OUT: `output ${MASK}` });
    expect(JSON.stringify(nodeOf(execution, 'deploy.fail').failure)).toContain(MASK);
    const log = await rest.get(`${defaultProject}/executions/${executionId}/logs?node=deploy.print`);
    for (const how of ['plain', 'inline', 'base64', 'url', 'in'])
      expect(log.text).toContain(`${how} ${MASK}`);
    expect(log.text).toContain(`json "${MASK}"`);

    const { traces, reached } = await readEveryRoute(rest, parametersFor(executionId), {
      getExecutionLogs: ['?node=deploy.print', '?node=deploy.fail', '?node=deploy.print&section=Execute'],
      getDelegateInstall: ['?name=another'],
    });
    expect(readable().filter(({ operationId }) => !reached.has(operationId))).toEqual([]);
    const pages = await readConsole(await browser.newPage({ baseURL: installation.baseUrl }), executionId);
    const shown = pages.find(
      ({ where }) => where.endsWith(`/executions/${executionId}`) && where.startsWith('page '),
    );
    expect(shown?.text).toContain(MASK);
    const rows = await readEveryRow(databaseOf(installation));
    const files = readEveryFile(installation.dataDir);
    // What was looked at is what there is: a name that is known to stand there is found in each of them.
    for (const kind of [traces, pages, rows, files])
      expect(placesOf('canary_pipeline', kind)).not.toEqual([]);

    const printed = [{ where: 'what the program printed', text: installation.output() }];
    expect(placesOf(CANARY, [...traces, ...pages, ...rows, ...files, ...printed])).toEqual([]);
  } finally {
    await installation.stop();
  }
});

async function runWithCanary(rest: RestClient): Promise<string> {
  const name = 'canary_pipeline';
  const environmentVariables = [{ name: 'CANARY', type: 'Secret', value: 'canary' }];
  const print = script('print', printing, {
    environmentVariables,
    outputVariables: [{ name: 'OUT', type: 'String', value: 'OUT' }],
  });
  const fail = script('fail', failing, {
    environmentVariables: [{ name: 'CANARY', type: 'String', value: '<+secrets.getValue("canary")>' }],
  });
  const secret = { name: 'canary', identifier: 'canary', type: 'SecretText', spec: { value: CANARY } };
  const saved = await rest.post(`${defaultProject}/secrets`, { json: { secret } });
  expect(saved.status, saved.text).toBe(201);
  expect((await rest.put(`${defaultProject}/files/canary.txt`, { text: 'nothing' })).status).toBe(201);
  await rest.apply(
    shopDocuments({ name, namespace: 'default' }).replace(
      /pipeline:[^]*$/,
      documents([pipelineOf(name, { steps: [print, fail] })]),
    ),
  );
  await rest.delegateConnected();
  const executionId = await rest.run(name);
  const ended = await rest.ended(executionId);
  expect([ended.status, nodeOf(ended, 'deploy.print').status]).toEqual(['FAILED', 'SUCCEEDED']);
  // A refusal of a document with the value in the wrong place is kept by nobody either.
  const refused = await rest.post(`${defaultProject}/secrets`, {
    json: { secret: { ...secret, type: CANARY } },
  });
  expect(refused.status).toBe(422);
  return executionId;
}

function parametersFor(executionId: string): Parameters {
  const name = 'canary_pipeline';
  const values: Readonly<Record<string, string>> = {
    org: 'default',
    project: 'default',
    environment: `${name}_env`,
    executionId,
    name: 'local-delegate',
    '*': 'canary.txt',
    'secrets identifier': 'canary',
    'connectors identifier': `${name}_cluster`,
    'environments identifier': `${name}_env`,
    'infrastructures identifier': `${name}_infra`,
    'services identifier': name,
    'releases identifier': name,
    'pipelines identifier': name,
  };
  return ({ tag }, parameter) => values[parameter] ?? values[`${tag} ${parameter}`];
}

/** Every address of the console: its text, its document, and all that came over the network for it. */
async function readConsole(page: Page, executionId: string): Promise<Trace[]> {
  const traces: Trace[] = [];
  const arriving: Promise<void>[] = [];
  page.on('response', (response) => {
    const keep = async (): Promise<void> => {
      traces.push({ where: `${response.url()} for ${page.url()}`, text: await response.text() });
    };
    // Answers that were redirected or given up have no text.
    arriving.push(keep().catch(() => {}));
  });
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => traces.push({ where: 'socket', text: String(payload) })),
  );
  page.on('console', (message) => traces.push({ where: 'console', text: message.text() }));
  const signedIn = await page.request.post('/api/v1/sessions', { data: administrator });
  expect(signedIn.status(), await signedIn.text()).toBe(201);
  for (const address of addressesOfConsole(executionId)) {
    await page.goto(address, { waitUntil: 'networkidle' });
    traces.push({
      where: `page ${address}`,
      text: `${await page.locator('body').innerText()}\n${await page.content()}`,
    });
  }
  await Promise.all(arriving);
  await page.close();
  return traces;
}

function addressesOfConsole(executionId: string): string[] {
  const project = { org: 'default', project: 'default' };
  const name = 'canary_pipeline';
  return [
    paths.overview(project),
    paths.getStarted(project),
    paths.executions(project),
    paths.execution(project, executionId),
    paths.pipelines(project),
    paths.pipeline(project, name),
    paths.services(project),
    paths.service(project, name),
    paths.environments(project),
    paths.environment(project, `${name}_env`),
    paths.infrastructure(project, `${name}_env`, `${name}_infra`),
    paths.connectors(project),
    paths.connector(project, `${name}_cluster`),
    paths.delegates(project),
    paths.delegate(project, 'local-delegate'),
    paths.delegateTokens(project),
    paths.secrets(project),
    paths.secret(project, 'canary'),
    paths.files(project),
    paths.file(project, '/canary.txt'),
  ];
}

function databaseOf(installation: Installation): string {
  const running: unknown = JSON.parse(readFileSync(path.join(installation.dataDir, 'running.json'), 'utf8'));
  // The launcher writes it in this shape; anything else fails at the connection.
  return (running as { databaseUrl: string }).databaseUrl;
}
