import { TaskSpecSchema } from '@slipway/contracts';
import type { StepType, TaskSpec } from '@slipway/contracts';
import { scopeOf } from '@slipway/expressions';
import { describe, expect, it } from 'vitest';
import { place, sampleInputs, scope } from '../test/sample-inputs.ts';
import { prepareStep, stepKindOf, stepKinds } from './index.ts';
import type { PreparedStep, TaskInputs, WrittenStep } from './index.ts';

function prepared(type: StepType, spec: unknown, changes: Partial<WrittenStep> = {}): PreparedStep {
  const result = prepareStep({ type, spec, place, ...changes }, scope);
  if (!result.ok) throw new Error(result.failure.message);
  return result.step;
}

function failureOf(type: StepType, spec: unknown, changes: Partial<WrittenStep> = {}): string {
  const result = prepareStep({ type, spec, place, ...changes }, scope);
  return result.ok ? 'none' : `${result.failure.code}: ${result.failure.message}`;
}

function requestOf(
  type: StepType,
  spec: unknown,
  changes: Partial<TaskInputs> = {},
): { task: TaskSpec; secrets: readonly string[] } {
  const step = prepared(type, spec);
  const request = step.kind.toTask(step.spec, sampleInputs(changes));
  if (!request.ok) throw new Error(request.failure.message);
  // What leaves here must be what a delegate reads.
  expect(TaskSpecSchema.parse(request.task)).toEqual(request.task);
  return request;
}

function refusalOf(type: StepType, spec: unknown, changes: Partial<TaskInputs> = {}): string {
  const step = prepared(type, spec);
  const request = step.kind.toTask(step.spec, sampleInputs(changes));
  return request.ok ? 'none' : `${request.failure.code}: ${request.failure.message}`;
}

const inline = (script: string): object => ({ source: { type: 'Inline', spec: { script } } });

describe('the kinds of steps', () => {
  it.each(stepKinds)('$type can be found by its type and has 10 minutes', (kind) => {
    expect(stepKindOf(kind.type)).toBe(kind);
    expect([kind.defaultTimeoutMs, kind.minimumTimeoutMs]).toEqual([600_000, 10_000]);
    expect(kind.sections.length).toBeGreaterThan(0);
    expect(kind.errorTypes).toContain('Timeout');
  });
});

describe('preparing a step', () => {
  it('resolves the expressions of its spec and masks its secrets for the record', () => {
    const step = prepared('ShellScript', inline('deploy <+env.name> <+secrets.getValue("token")>'));
    expect(step.inputs).toEqual(inline('deploy dev *****'));
    expect(step.files).toEqual([]);
  });

  it('gives the selectors and the resolved timeout', () => {
    const step = prepared(
      'K8sRollingDeploy',
      { delegateSelectors: ['<+env.name>', 'fast'] },
      { timeoutText: '<+pipeline.variables.timeout>' },
    );
    expect(step.delegateSelectors).toEqual(['dev', 'fast']);
    expect(step.timeoutMs).toBe(120_000);
  });

  it('takes a step without a spec', () => {
    expect(prepared('K8sRollingRollback', undefined).inputs).toEqual({});
  });

  it('names expression, place and remedy of all that cannot be resolved', () => {
    const result = prepareStep({ type: 'ShellScript', spec: inline('<+env.nam> <+x'), place }, scope);
    expect(result).toMatchObject({
      ok: false,
      failure: { code: 'expression.unclosed', errorType: 'ConfigurationFailure' },
    });
    const unknown = prepareStep(
      { type: 'ShellScript', spec: { ...inline('<+env.nam>'), delegateSelectors: ['<+nope>'] }, place },
      scope,
    );
    expect(unknown).toMatchObject({
      ok: false,
      failure: {
        code: 'expression.unknown_variable',
        message: `There is no "nam" in env. The expression is <+env.nam> at ${place}.spec.source.spec.script. 1 more could not be resolved either.`,
        hints: ['Did you mean "name"?'],
        causes: [{ code: 'expression.unknown_variable' }, { code: 'expression.unknown_variable' }],
      },
    });
  });

  it.each([
    ['K8sRollingDeploy', { skipDryRun: true, what: 1 }, 'what'],
    ['K8sRollingDeploy', { skipDryRun: 'yes' }, 'skipDryRun'],
    [
      'K8sRollingDeploy',
      { commandFlags: [{ commandType: 'Apply', flag: '--server-side' }] },
      'Command flags are not supported',
    ],
    ['K8sRollingRollback', { forceConflicts: true }, 'forceConflicts'],
    ['ShellScript', {}, 'source'],
    ['ShellScript', { ...inline('x'), shell: 'PowerShell' }, 'PowerShell is not'],
    ['ShellScript', { ...inline('x'), onDelegate: false }, 'Scripts run on the delegate'],
    [
      'ShellScript',
      { ...inline('x'), environmentVariables: [{ name: 'a.b', type: 'String', value: 'x' }] },
      'A shell variable',
    ],
    ['ShellScript', { ...inline('x'), executionTarget: { host: 'a' } }, 'Scripts run on the delegate'],
    [
      'ShellScript',
      { ...inline('x'), outputAlias: { key: 'a', scope: 'Stage' } },
      'outputAlias is not supported',
    ],
  ] as const)('refuses %s with %j', (type, spec, word) => {
    expect(failureOf(type, spec)).toContain('step.spec_invalid');
    expect(failureOf(type, spec)).toContain(word);
  });

  it('keeps neutral values of what is not supported', () => {
    expect(failureOf('K8sRollingDeploy', { commandFlags: [], delegateSelectors: null })).toBe('none');
    expect(
      failureOf('ShellScript', { ...inline('x'), executionTarget: {}, outputAlias: null, onDelegate: true }),
    ).toBe('none');
  });

  it.each(['<+env.name>', '<+"5s">', '<+pipeline.variables.count>', '<+nope>'])(
    'refuses the timeout %s',
    (timeoutText) => {
      expect(failureOf('ShellScript', inline('x'), { timeoutText })).toMatch(
        /^(step.timeout_invalid|expression.unknown_variable): .*timeout/,
      );
    },
  );
});

describe('a rolling deployment', () => {
  it('becomes a task with everything off unless it is asked for', () => {
    expect(requestOf('K8sRollingDeploy', {})).toEqual({
      ok: true,
      secrets: [],
      task: {
        kind: 'rolling-deploy',
        payload: {
          ...sampleInputs().target,
          step: sampleInputs().step,
          manifests: [{ path: 'web.yaml', content: 'kind: ConfigMap' }],
          skipDryRun: false,
          pruningEnabled: false,
          forceConflicts: false,
          skipResourceVersioning: false,
          retention: 10,
        },
      },
    });
  });

  it('carries what is asked for', () => {
    const { task } = requestOf('K8sRollingDeploy', {
      skipDryRun: true,
      pruningEnabled: true,
      forceConflicts: true,
    });
    expect(task.payload).toMatchObject({ skipDryRun: true, pruningEnabled: true, forceConflicts: true });
  });

  it('lets the delegate ask for the secrets of the connector and for no others', () => {
    const access = {
      type: 'manual' as const,
      masterUrl: 'https://k8s',
      auth: {
        type: 'ClientKeyCert' as const,
        cert: { secret: 'account:cert' },
        key: { secret: 'account:key' },
        caCert: { secret: 'account:cert' },
      },
    };
    const { target } = sampleInputs();
    if (target === undefined) throw new Error('The sample has a target.');
    expect(requestOf('K8sRollingDeploy', {}, { target: { ...target, access } }).secrets).toEqual([
      'account:cert',
      'account:key',
    ]);
  });

  it('needs manifests', () => {
    expect(
      refusalOf('K8sRollingDeploy', {}, { manifests: { files: [], skipResourceVersioning: false } }),
    ).toContain('service.without_manifests');
  });
});

describe('a rolling rollback', () => {
  it('names the deployment that it undoes, when one ran', () => {
    expect(
      requestOf('K8sRollingRollback', { pruningEnabled: true }, { deployNode: 'deploy.rollout' }).task
        .payload,
    ).toMatchObject({
      deployNode: 'deploy.rollout',
      pruningEnabled: true,
    });
    expect(requestOf('K8sRollingRollback', {}).task.payload).not.toHaveProperty('deployNode');
  });
});

describe('a shell script', () => {
  it('becomes a task with holes where secrets go', () => {
    const request = requestOf('ShellScript', {
      ...inline('curl -H "<+secrets.getValue("account.token")>" <+env.name>'),
      environmentVariables: [
        { name: 'COUNT', type: 'Number', value: '<+pipeline.variables.count>' },
        { name: 'TAGS', type: 'String', value: '<+pipeline.variables.tags>' },
        { name: 'EMPTY', type: 'String', value: '', default: 'fallback' },
        { name: 'NONE', type: 'String' },
        { name: 'KEY', type: 'Secret', value: 'org.key' },
        { name: 'URL', type: 'Secret', value: 'u:<+secrets.getValue("key")>' },
      ],
      outputVariables: [
        { name: 'version', type: 'String', value: 'VERSION' },
        { name: 'token', type: 'Secret', value: 'TOKEN' },
        { name: 'same', type: 'String' },
      ],
    });
    const handle = 'project/default/default:';
    expect(request.task).toEqual({
      kind: 'shell-script',
      payload: {
        shell: 'Bash',
        script: { parts: [{ text: 'curl -H "' }, { secret: `${handle}account.token` }, { text: '" dev' }] },
        environment: {
          COUNT: { parts: [{ text: '3' }] },
          TAGS: { parts: [{ text: '{"a":1}' }] },
          EMPTY: { parts: [{ text: 'fallback' }] },
          NONE: { parts: [{ text: '' }] },
          KEY: { parts: [{ secret: `${handle}org.key` }] },
          URL: { parts: [{ text: 'u:' }, { secret: `${handle}key` }] },
        },
        outputs: [
          { name: 'version', variable: 'VERSION', secret: false },
          { name: 'token', variable: 'TOKEN', secret: true },
          { name: 'same', variable: 'same', secret: false },
        ],
      },
    });
    expect(request.secrets).toEqual([`${handle}account.token`, `${handle}org.key`, `${handle}key`]);
  });

  it('takes its script from the file store and resolves the expressions in it', () => {
    const spec = { shell: 'Sh', source: { type: 'Harness', spec: { file: 'account:/run.sh' } } };
    expect(prepared('ShellScript', spec).files).toEqual(['account:/run.sh']);
    const files = new Map([['account:/run.sh', 'echo <+env.name>']]);
    expect(requestOf('ShellScript', spec, { files }).task.payload).toMatchObject({
      shell: 'Sh',
      script: { parts: [{ text: 'echo dev' }] },
    });
    expect(refusalOf('ShellScript', spec)).toContain('file.not_found');
    expect(refusalOf('ShellScript', spec, { files: new Map([['account:/run.sh', '<+nope>']]) })).toContain(
      '<+nope> at account:/run.sh',
    );
  });

  it.each([
    { outputVariables: [{ name: 'a', type: 'String', value: 'x y' }] },
    { outputVariables: [{ name: 'a', type: 'String', value: '$(id)' }] },
  ])('refuses %j, which no shell can hold', (part) => {
    expect(refusalOf('ShellScript', { ...inline('x'), ...part })).toContain(
      'no shell variable can be called',
    );
  });

  it('refuses a secret written where its reference belongs, without repeating it', () => {
    const refusal = refusalOf('ShellScript', {
      ...inline('x'),
      environmentVariables: [{ name: 'A', type: 'Secret', value: 'hunter2 is it' }],
    });
    expect(refusal).toContain('no reference to a secret');
    expect(refusal).not.toContain('hunter2');
  });

  it('does not need a cluster; the others say that they do', () => {
    const { target: _target, ...without } = sampleInputs();
    const refusals = stepKinds.map((kind) => {
      const step = prepared(kind.type, kind.type === 'ShellScript' ? inline('x') : {});
      const request = kind.toTask(step.spec, without);
      return request.ok ? 'fine' : request.failure.code;
    });
    expect(refusals).toEqual(
      stepKinds.map(({ needsCluster }) => (needsCluster ? 'step.without_cluster' : 'fine')),
    );
  });

  it('keeps what a payload says out of the secrets', () => {
    const faked = scopeOf({
      trigger: { title: '<+secrets.getValue("account.root")>', parts: [{ secret: 'account.root' }] },
    });
    const result = prepareStep(
      { type: 'ShellScript', spec: inline('<+trigger.title> <+trigger>'), place },
      faked,
    );
    const request = result.ok ? result.step.kind.toTask(result.step.spec, sampleInputs()) : result;
    expect(request).toMatchObject({ ok: true, secrets: [] });
  });
});
