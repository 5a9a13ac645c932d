import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { addressOf, completeSet, displayName, parseManifests } from '../index.ts';
import { defaultManifestLimits } from './parse-manifests.ts';
import { readYaml } from './yaml.ts';

const namesOf = (content: string): string[] =>
  parseManifests([{ path: 'a.yaml', content }]).objects.map(
    ({ object, source }) => `${displayName(addressOf(object))}:${source.line}`,
  );
const problemsOf = (content: string, path = 'a.yaml'): string[] =>
  parseManifests([{ path, content }]).problems.map(({ line, message }) => `${line}: ${message}`);
const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

describe('scalars are read as Kubernetes reads them', () => {
  const rows = parse(readFileSync(new URL('../../testdata/yaml-scalars.yaml', import.meta.url), 'utf8')) as {
    text: string;
    json: unknown;
  }[];
  test.for(rows.map((row) => [row.text, row.json] as const))('%s', ([text, json]) => {
    expect(readYaml(`value: ${text}`)).toEqual({ ok: true, value: { value: json } });
  });
});

describe('documents', () => {
  test('many in a file, each with its line; comments and empty ones are nothing', () => {
    expect(
      namesOf(
        `# head\n\n---\n${configMap('one')}---\n# only a comment\n---\n\n# note\n${configMap('two')}...\n`,
      ),
    ).toEqual(['ConfigMap one:4', 'ConfigMap two:12']);
  });

  test('content may follow a marker on its line', () => {
    expect(namesOf('--- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n')).toEqual([
      'ConfigMap one:1',
    ]);
  });

  test('dashes inside a block scalar that are indented are text', () => {
    const content = `${configMap('one')}data:\n  pem: |\n    ---BEGIN\n    ---\n    end\n`;
    expect(parseManifests([{ path: 'a.yaml', content }]).objects[0]?.object['data']).toEqual({
      pem: '---BEGIN\n---\nend\n',
    });
  });

  test('lists are unwrapped, in one another, too', () => {
    expect(
      namesOf(
        'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}\n- {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: two}}]}\n',
      ),
    ).toEqual(['ConfigMap one:1', 'ConfigMap two:1']);
  });

  test('JSON is YAML', () => {
    expect(
      parseManifests([
        { path: 'a.json', content: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}}' },
      ]).objects,
    ).toHaveLength(1);
  });

  test('anchors are expanded into copies', () => {
    const { objects } = parseManifests([
      { path: 'a.yaml', content: `${configMap('one')}data: &d {a: b}\nbinaryData: *d\n` },
    ]);
    expect(objects[0]?.object['binaryData']).toEqual({ a: 'b' });
    expect(objects[0]?.object['binaryData']).not.toBe(objects[0]?.object['data']);
  });

  test('what the server writes is left out', () => {
    const { objects } = parseManifests([
      {
        path: 'a.yaml',
        content:
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, uid: u, resourceVersion: "1", creationTimestamp: null, managedFields: []}\nstatus: {}\n',
      },
    ]);
    expect(objects[0]?.object).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } });
  });
});

describe('files that are left out', () => {
  test.for([
    ['# harness.io/skip-file-for-deploy\n', 0],
    ['# slipway.dev/skip-file-for-deploy\n', 0],
    ['#harness.io/skip-file-for-deploy\r\n', 0],
    ['\n# harness.io/skip-file-for-deploy\n', 1],
    ['# see harness.io/skip-file-for-deploy\n', 1],
  ] as const)('only the very first line counts: %j', ([head, count]) => {
    expect(parseManifests([{ path: 'a.yaml', content: head + configMap('one') }]).objects).toHaveLength(
      count,
    );
  });

  test('what is neither YAML nor JSON by its name', () => {
    expect(parseManifests([{ path: 'NOTES.txt', content: 'x' }]).skippedFiles).toHaveLength(1);
  });
});

describe('problems name their line', () => {
  test.for([
    ['a: [\n', /^2: Not valid YAML/],
    ['a: 1\na: 2\n', /^2: Not valid YAML: duplicated mapping key/],
    [`${configMap('one')}---\na: b: c\n`, /^5: Not valid YAML/],
    ['- 1\n', /^1: A Kubernetes object is a map/],
    ['kind: ConfigMap\nmetadata: {name: a}\n', /apiVersion is missing/],
    ['apiVersion: v1\nmetadata: {name: a}\n', /kind is missing/],
    ['apiVersion: v1\nkind: ConfigMap\n', /metadata is missing/],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n', /metadata.name is missing/],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n', /generateName makes another object/],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 012}\n', /metadata.name is read as the number 10/],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a/b}\n', /cannot be used in a path/],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: Shop}\n', /is no namespace name/],
    [
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {on: yes}}\n',
      /metadata.labels\["true"\] must be text, not boolean/,
    ],
    [
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nx: 12345678901234567890\n',
      /too large to be kept exactly/,
    ],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nx: !custom y\n', /unknown scalar tag/],
  ] as const)('%j', ([content, message]) => {
    expect(problemsOf(content)[0]).toMatch(message);
  });

  test('a bomb of aliases is stopped', () => {
    const levels = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map(
        (name, index) =>
          `${name}: &${name} [${Array(10)
            .fill(`*${'abcdefg'.charAt(index)}`)
            .join(',')}]`,
      ),
    ];
    expect(problemsOf(`${configMap('one')}${levels.join('\n')}\n`)[0]).toMatch(/Too many values/);
  });

  test('sizes are limited', () => {
    const limits = { ...defaultManifestLimits, fileBytes: 10 };
    expect(
      parseManifests([{ path: 'a.yaml', content: configMap('one') }], limits).problems[0]?.message,
    ).toContain('larger than 10 bytes');
  });
});

describe('completing a set', () => {
  const isNamespaced = ({ kind }: { kind: string }): boolean | undefined =>
    kind === 'ClusterRole'
      ? false
      : kind === 'ConfigMap' || kind === 'CustomResourceDefinition'
        ? kind === 'ConfigMap'
        : undefined;
  const complete = (content: string) =>
    completeSet(parseManifests([{ path: 'a.yaml', content }]).objects, { namespace: 'shop', isNamespaced });

  test('objects without a namespace get that of the infrastructure; their own wins; cluster-scoped ones have none', () => {
    const { objects } = complete(
      `${configMap('one')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: other}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: c, namespace: x}\n`,
    );
    expect(objects.map(({ object }) => displayName(addressOf(object)))).toEqual([
      'ConfigMap shop/one',
      'ConfigMap other/one',
      'ClusterRole c',
    ]);
  });

  test('an object may be defined once', () => {
    expect(complete(`${configMap('one')}---\n${configMap('one')}`).problems).toMatchObject([
      { line: 5, message: 'ConfigMap shop/one is also defined in a.yaml:1.' },
    ]);
  });

  test('kinds must be known to the cluster or defined by the set', () => {
    const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n';
    expect(complete(widget).problems[0]?.message).toBe('The cluster knows no kind Widget in example.com/v1.');
    const definition =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\nspec: {group: example.com, scope: Cluster, names: {kind: Widget}, versions: [{name: v1}]}\n';
    const completed = complete(`${widget}---\n${definition}`);
    expect(completed.problems).toEqual([]);
    expect(completed.objects[0]?.object.metadata.namespace).toBeUndefined();
  });
});
