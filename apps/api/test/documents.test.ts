import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, defaultProject, scopePath } from './harness.ts';
import type { TestAnswer, TestApi } from './harness.ts';

const here = scopePath(defaultProject);
let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const environment = (identifier: string, extra = ''): string =>
  `# ${identifier}, kept by hand\nenvironment:\n  type: PreProduction   # for now\n  name: ${identifier}\n  identifier: ${identifier}\n${extra}`;
const service = (identifier: string, manifests = '[]'): string =>
  `service:\n  name: ${identifier}\n  identifier: ${identifier}\n  serviceDefinition: {type: Kubernetes, spec: {manifests: ${manifests}}}\n`;
const inherited = (identifier: string): string =>
  `connector: {name: ${identifier}, identifier: ${identifier}, type: K8sCluster, spec: {credential: {type: InheritFromDelegate}, delegateSelectors: [nowhere]}}\n`;
const infrastructure = (identifier: string, environmentRef: string, connectorRef: string): string =>
  `infrastructureDefinition: {name: ${identifier}, identifier: ${identifier}, environmentRef: ${environmentRef}, type: KubernetesDirect, spec: {connectorRef: ${connectorRef}, namespace: default, releaseName: web}}\n`;

const put = (path: string, raw: string, headers: Record<string, string> = {}): Promise<TestAnswer> =>
  api.admin.put(`${here}${path}`, { raw, headers });
const auditOf = async (kind: string, identifier: string): Promise<string[]> => {
  const answer = await api.admin.get(`${here}/audit-events?kind=${kind}&identifier=${identifier}`);
  return answer.body.items.map((event: { action: string }) => event.action).toReversed();
};

describe('a document', () => {
  it('comes back as it was written, comments and key order included', async () => {
    const yaml = environment('kept');
    const created = await api.admin.post(`${here}/environments`, { raw: yaml });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      kind: 'environment',
      identifier: 'kept',
      type: 'PreProduction',
      version: 1,
      scope: { org: 'default', project: 'default' },
      yaml,
    });
    const read = await api.admin.get(`${here}/environments/kept`, {
      headers: { accept: 'application/yaml' },
    });
    expect(read.text).toBe(yaml);
    expect(read.headers).toMatchObject({ etag: '"1"', 'content-type': 'application/yaml; charset=utf-8' });
  });

  it('is created by JSON as well', async () => {
    const answer = await api.admin.post(`${here}/environments`, {
      body: { environment: { name: 'By JSON', identifier: 'by_json', type: 'Production' } },
    });
    expect(answer).toMatchObject({ status: 201, body: { name: 'By JSON', type: 'Production' } });
    expect(answer.body.yaml).toBe(
      'environment:\n  name: By JSON\n  identifier: by_json\n  type: Production\n',
    );
  });

  it('is created once, and replaced by PUT with a new version and an audit row each', async () => {
    await put('/environments/twice', environment('twice'));
    expect(await api.admin.post(`${here}/environments`, { raw: environment('twice') })).toMatchObject({
      status: 409,
      body: { code: 'entity.identifier_taken' },
    });
    const replaced = await put(
      '/environments/twice',
      environment('twice', '  description: now with words\n'),
    );
    expect(replaced).toMatchObject({ status: 200, body: { version: 2, description: 'now with words' } });
    expect(await auditOf('environment', 'twice')).toEqual(['CREATE', 'UPDATE']);
  });

  it('put again unchanged changes nothing', async () => {
    await put('/environments/same', environment('same'));
    expect(await put('/environments/same', environment('same'))).toMatchObject({
      status: 200,
      body: { version: 1 },
    });
    expect(await auditOf('environment', 'same')).toEqual(['CREATE']);
  });

  it('is not overwritten by somebody who has seen an older version', async () => {
    await put('/environments/raced', environment('raced'));
    await put('/environments/raced', environment('raced', '  description: first\n'), { 'if-match': '"1"' });
    const late = await put('/environments/raced', environment('raced', '  description: second\n'), {
      'if-match': '"1"',
    });
    expect(late).toMatchObject({
      status: 412,
      body: { code: 'entity.version_conflict', details: { version: 2 } },
    });
  });

  it('is written by one of two writers at once', async () => {
    await put('/environments/contested', environment('contested'));
    const writers = ['a', 'b', 'c'].map((word) =>
      put('/environments/contested', environment('contested', `  description: ${word}\n`), {
        'if-match': '"1"',
      }),
    );
    const statuses = (await Promise.all(writers)).map(({ status }) => status).toSorted((x, y) => x - y);
    expect(statuses).toEqual([200, 412, 412]);
  });

  it('of another scope or identifier than the URL is refused', async () => {
    expect(
      await put('/environments/other', environment('other', '  orgIdentifier: elsewhere\n')),
    ).toMatchObject({
      status: 400,
      body: { code: 'request.scope_mismatch', errors: [{ pointer: '/environment/orgIdentifier', line: 6 }] },
    });
    expect(await put('/environments/other', environment('another'))).toMatchObject({
      status: 400,
      body: { code: 'request.identifier_mismatch' },
    });
    expect(await put('/environments/other', service('other'))).toMatchObject({
      status: 422,
      body: { detail: 'This address takes a document with the key environment at its top, not service.' },
    });
  });

  it('with a runtime input or a broken expression is refused at its place', async () => {
    const input = await put(
      '/environments/input',
      environment('input', '  variables: [{name: port, type: String, value: <+input>}]\n'),
    );
    expect(input).toMatchObject({
      status: 422,
      body: {
        code: 'document.unsupported_field',
        errors: [{ pointer: '/environment/variables/0/value', line: 6 }],
      },
    });
    const broken = await put(
      '/environments/input',
      environment('input', "  description: '<+env.name + >'\n"),
    );
    expect(broken).toMatchObject({
      status: 422,
      body: { code: 'expression.invalid', errors: [{ pointer: '/environment/description' }] },
    });
  });

  it('that does not exist is the same 404 as one of a project that does not exist', async () => {
    expect(await api.admin.get(`${here}/services/none`)).toMatchObject({
      status: 404,
      body: { code: 'entity.not_found' },
    });
    expect(await api.admin.get('/orgs/default/projects/none/services/none')).toMatchObject({
      status: 404,
      body: { code: 'entity.not_found' },
    });
  });

  it('of an account is seen from its projects by its prefix', async () => {
    await api.admin.put('/secrets/shared', {
      raw: 'secret: {name: shared, identifier: shared, type: SecretText, spec: {value: x}}\n',
    });
    const connector = (reference: string): string =>
      `connector: {name: m, identifier: m, type: K8sCluster, spec: {credential: {type: ManualConfig, spec: {masterUrl: 'https://k', auth: {type: ServiceAccount, spec: {serviceAccountTokenRef: ${reference}}}}}}}\n`;
    expect((await put('/connectors/m', connector('account.shared'))).status).toBe(201);
    const missing = await put('/connectors/m2', connector('shared').replaceAll('m, ', 'm2, '));
    expect(missing).toMatchObject({
      status: 422,
      body: {
        code: 'reference.not_found',
        errors: [{ pointer: '/connector/spec/credential/spec/auth/spec/serviceAccountTokenRef' }],
      },
    });
  });
});

describe('a reference', () => {
  it('that leads nowhere is refused with what is there instead', async () => {
    await put('/environments/stage', environment('stage'));
    const answer = await put(
      '/environments/stage/infrastructures/k8s',
      infrastructure('k8s', 'stage', 'missing'),
    );
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'reference.not_found',
        errors: [{ pointer: '/infrastructureDefinition/spec/connectorRef' }],
      },
    });
    expect(answer.body.detail).toMatch(/There is no connector missing\. There/);
  });

  it('keeps what it names from being deleted, unless that is forced', async () => {
    await put('/connectors/used', inherited('used'));
    await put('/environments/users', environment('users'));
    const saved = await put(
      '/environments/users/infrastructures/k8s',
      infrastructure('k8s', 'users', 'used'),
    );
    expect(saved).toMatchObject({
      status: 201,
      body: {
        environment: 'users',
        warnings: [expect.stringContaining('checked again when the pipeline runs')],
      },
    });
    expect((await api.admin.get(`${here}/connectors/used/used-by`)).body.items).toMatchObject([
      { kind: 'infrastructure', identifier: 'k8s', environment: 'users' },
    ]);
    const refused = await api.admin.delete(`${here}/connectors/used`);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'entity.in_use', details: { total: 1, referrers: [{ identifier: 'k8s' }] } },
    });
    expect((await api.admin.delete(`${here}/connectors/used?force=true`)).status).toBe(204);
    expect(await auditOf('connector', 'used')).toEqual(['CREATE', 'FORCE_DELETE']);
  });

  it('of an infrastructure keeps its environment; by force both go', async () => {
    await put('/connectors/held', inherited('held'));
    await put('/environments/holder', environment('holder'));
    await put('/environments/holder/infrastructures/k8s', infrastructure('k8s', 'holder', 'held'));
    expect((await api.admin.delete(`${here}/environments/holder`)).status).toBe(409);
    expect((await api.admin.delete(`${here}/environments/holder?force=true`)).status).toBe(204);
    expect((await api.admin.delete(`${here}/connectors/held`)).status).toBe(204);
  });
});

describe('a secret', () => {
  const secret = (value: string): string =>
    `secret: # rotate monthly\n  type: SecretText\n  name: Token\n  identifier: api-token\n  spec:\n    valueType: Inline\n    value: ${value}\n`;

  it('never gives its value back, in no answer and no audit row', async () => {
    const created = await put('/secrets/api-token', secret('canary-4711'));
    expect(created.status).toBe(201);
    const replaced = await put('/secrets/api-token', secret('canary-4712'));
    expect(replaced.body).toMatchObject({ version: 2 });
    const texts = [
      created,
      replaced,
      await api.admin.get(`${here}/secrets/api-token`),
      await api.admin.get(`${here}/secrets`),
      await api.admin.get(`${here}/audit-events`),
    ];
    for (const { text } of texts) expect(text).not.toContain('canary');
    expect(created.body.yaml).toContain('# rotate monthly');
  });

  it('keeps its value when it is saved without one, and needs one at first', async () => {
    const before = await api.api.database.prisma.secretValue.findFirst({
      where: { entity: { identifier: 'api-token' } },
    });
    const renamed = secret('x').replace('name: Token', 'name: Renamed').replace('    value: x\n', '');
    expect((await put('/secrets/api-token', renamed)).body.name).toBe('Renamed');
    const after = await api.api.database.prisma.secretValue.findFirst({
      where: { entity: { identifier: 'api-token' } },
    });
    expect(after?.sealed).toEqual(before?.sealed);
    const first = await put(
      '/secrets/empty',
      'secret: {name: e, identifier: empty, type: SecretText, spec: {}}\n',
    );
    expect(first).toMatchObject({ status: 422, body: { errors: [{ pointer: '/secret/spec/value' }] } });
  });
});

describe('a secret of a scope around', () => {
  it('goes only where somebody with access to it sends it', async () => {
    await api.admin.put('/secrets/shared_token', {
      raw: 'secret: {name: t, identifier: shared_token, type: SecretText, spec: {value: x}}\n',
    });
    const editor = await api.withRole('_project_admin', defaultProject);
    const raw = `connector: {name: leak, identifier: leak, type: K8sCluster, spec: {credential: {type: ManualConfig, spec: {masterUrl: 'https://elsewhere', auth: {type: ServiceAccount, spec: {serviceAccountTokenRef: account.shared_token}}}}}}\n`;
    const refusal = {
      status: 403,
      body: { code: 'access.forbidden', details: { permission: 'core_secret_access' } },
    };
    expect(await editor.post(`${here}/connectors/test`, { raw })).toMatchObject(refusal);
    expect(await editor.put(`${here}/connectors/leak?validate=true`, { raw })).toMatchObject(refusal);
    expect(await editor.put(`${here}/connectors/leak`, { raw })).toMatchObject(refusal);
    expect((await api.admin.put(`${here}/connectors/leak`, { raw })).status).toBe(201);
  });
});

describe('apply', () => {
  const stream = (word: string): string =>
    [
      `pipeline:\n  name: ${word}\n  identifier: ${word}\n  stages:\n    - stage:\n        name: d\n        identifier: d\n        type: Deployment\n        spec:\n          deploymentType: Kubernetes\n          service: {serviceRef: ${word}}\n          environment: {environmentRef: ${word}, infrastructureDefinitions: [{identifier: ${word}}]}\n          execution: {steps: [{step: {name: r, identifier: r, type: K8sRollingDeploy, spec: {}}}]}\n`,
      infrastructure(word, word, word),
      inherited(word),
      service(word),
      environment(word),
    ].join('---\n');
  const apply = (raw: string, query = ''): Promise<TestAnswer> =>
    api.admin.post(`${here}/apply${query}`, { raw });

  it('saves a stream in the order of its references, one result a document', async () => {
    const answer = await apply(stream('whole'));
    expect(answer.status).toBe(200);
    expect(answer.body.applied).toBe(true);
    expect(
      answer.body.results.map(({ kind, action, index }: { kind: string; action: string; index: number }) => [
        index,
        kind,
        action,
      ]),
    ).toEqual([
      [0, 'pipeline', 'created'],
      [1, 'infrastructure', 'created'],
      [2, 'connector', 'created'],
      [3, 'service', 'created'],
      [4, 'environment', 'created'],
    ]);
    const again = await apply(stream('whole'));
    expect(new Set(again.body.results.map(({ action }: { action: string }) => action))).toEqual(
      new Set(['unchanged']),
    );
  });

  it('saves nothing when one document fails, and says which', async () => {
    const answer = await apply(stream('torn').replace('serviceRef: torn', 'serviceRef: gone'));
    expect(answer).toMatchObject({ status: 422, body: { applied: false } });
    expect(answer.body.results.map(({ action }: { action: string }) => action)).toEqual([
      'failed',
      'not-tried',
      'not-tried',
      'not-tried',
      'not-tried',
    ]);
    expect(answer.body.results[0].error).toMatchObject({
      code: 'reference.not_found',
      errors: [{ pointer: '/pipeline/stages/0/stage/spec/service/serviceRef' }],
    });
    expect((await api.admin.get(`${here}/services/torn`)).status).toBe(404);
  });

  it('names every document that cannot be read at once', async () => {
    const answer = await apply('environment: {}\n---\nservice: {}\n---\nnothing: {}\n');
    expect(answer.body.results.map(({ error }: { error: { code: string } }) => error.code)).toEqual([
      'document.invalid',
      'document.invalid',
      'document.invalid',
    ]);
  });

  it('tried dry says what it would do and does nothing', async () => {
    const answer = await apply(stream('dry'), '?dryRun=true');
    expect(answer).toMatchObject({ status: 200, body: { applied: false } });
    expect(answer.body.results[0].action).toBe('created');
    expect((await api.admin.get(`${here}/services/dry`)).status).toBe(404);
  });

  it('asks for the permission of each document', async () => {
    const viewer = await api.withRole('_project_viewer', defaultProject);
    const answer = await viewer.post(`${here}/apply`, { raw: environment('sneaked') });
    expect(answer.body.results[0]).toMatchObject({ action: 'failed', error: { code: 'access.forbidden' } });
    expect((await api.admin.get(`${here}/environments/sneaked`)).status).toBe(404);
  });
});

describe('a list', () => {
  it('is paged without gaps or repeats, searched and sorted', async () => {
    await api.admin.put('/orgs/default/projects/lists', { body: { identifier: 'lists', name: 'Lists' } });
    const there = '/orgs/default/projects/lists';
    for (const name of ['delta', 'Alpha', 'charlie', 'bravo', 'echo'])
      await api.admin.put(`${there}/services/${name}`, { raw: service(name) });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await api.admin.get(
        `${there}/services?limit=2&sort=-name${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      expect(page.body.total).toBe(5);
      seen.push(...page.body.items.map((item: { name: string }) => item.name));
      cursor = page.body.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(['delta', 'Alpha', 'charlie', 'bravo', 'echo']));
    expect((await api.admin.get(`${there}/services?search=ALPH`)).body.items).toMatchObject([
      { identifier: 'Alpha' },
    ]);
    expect((await api.admin.get(`${there}/services?sort=colour`)).body).toMatchObject({
      code: 'request.invalid',
    });
    expect((await api.admin.get(`${there}/services?cursor=made-up`)).body).toMatchObject({
      code: 'cursor.invalid',
    });
  });

  it('holds those of the scopes around when asked', async () => {
    await api.admin.put('/services/common', { raw: service('common') });
    const own = await api.admin.get(`${here}/services?search=common`);
    const all = await api.admin.get(`${here}/services?search=common&includeParents=true`);
    expect([own.body.total, all.body.total]).toEqual([0, 1]);
    expect(all.body.items[0].scope).toEqual({});
  });
});

describe('the file store', () => {
  it('gives back the bytes it was given', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0xe2, 0x82]);
    const created = await api.admin.put(`${here}/files/web/raw.bin`, {
      raw: bytes,
      contentType: 'application/octet-stream',
    });
    expect(created).toMatchObject({ status: 201, body: { path: '/web/raw.bin', size: 6, version: 1 } });
    const read = await api.app.inject({
      method: 'GET',
      url: `/api/v1${here}/files/web/raw.bin`,
      headers: { 'x-api-key': api.adminKey },
    });
    expect(Buffer.compare(read.rawPayload, bytes)).toBe(0);
    expect(read.headers['content-disposition']).toBe('attachment');
  });

  it('is used by services, whose files cannot be deleted', async () => {
    await api.admin.put(`${here}/files/shop/deployment.yaml`, { raw: 'kind: Deployment\n' });
    const manifests = (path: string): string =>
      `[{manifest: {identifier: m, type: K8sManifest, spec: {store: {type: Harness, spec: {files: ['${path}']}}}}}]`;
    expect((await put('/services/shop', service('shop', manifests('/shop/deployment.yaml')))).status).toBe(
      201,
    );
    expect(await api.admin.delete(`${here}/files/shop/deployment.yaml`)).toMatchObject({
      status: 409,
      body: { code: 'entity.in_use' },
    });
    expect(await put('/services/shop2', service('shop2', manifests('/none.yaml')))).toMatchObject({
      status: 422,
      body: { detail: 'There is no file /none.yaml in the file store.' },
    });
    expect((await put('/services/folder', service('folder', manifests('/shop')))).status).toBe(201);
  });

  it('refuses a path that climbs', async () => {
    expect(await api.admin.put(`${here}/files/a%2f..%2fb`, { raw: 'x' })).toMatchObject({
      status: 422,
      body: { code: 'file.path_invalid' },
    });
  });

  it('lists by prefix', async () => {
    await api.admin.put(`${here}/files/listed/a.yaml`, { raw: 'a' });
    await api.admin.put(`${here}/files/listed/b.yaml`, { raw: 'b' });
    const page = await api.admin.get(`${here}/files?prefix=/listed/`);
    expect(page.body.items.map((item: { path: string }) => item.path)).toEqual([
      '/listed/a.yaml',
      '/listed/b.yaml',
    ]);
  });
});

describe('a connector', () => {
  it('is not saved when its test is asked for and no delegate can run it, and says that it may be saved untested', async () => {
    const answer = await api.admin.put(`${here}/connectors/untested?validate=true`, {
      raw: inherited('untested'),
    });
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'connector.no_delegate', details: { result: { status: 'UNKNOWN' } } },
    });
    expect((await api.admin.get(`${here}/connectors/untested`)).status).toBe(404);
    expect((await put('/connectors/untested', inherited('untested'))).body).toMatchObject({
      connectivity: { status: 'UNKNOWN' },
    });
  });
});
