import type { Failure, SecretText, ShellScriptSpec, Variable } from '@slipway/contracts';
import { ReferenceSchema, ShellScriptSpecSchema } from '@slipway/contracts';
import { evaluateTemplate, maskSecrets, toSecretText } from '@slipway/expressions';
import type { Value } from '@slipway/expressions';
import { configurationFailure, failureOfExpressions } from '../failures.ts';
import { memberOf } from '../members.ts';
import { commonTimeouts } from '../step-kind.ts';
import type { StepKind, TaskInputs, TaskRequest } from '../step-kind.ts';

const shellName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Runs a script on the delegate. */
export const shellScript: StepKind = {
  ...commonTimeouts,
  type: 'ShellScript',
  name: 'Shell Script',
  description:
    'Runs a script on the delegate; its exit code decides, and its output variables can be used by later steps.',
  spec: ShellScriptSpecSchema,
  capability: 'shell-script',
  needsCluster: false,
  repeatable: false,
  errorTypes: [
    'Timeout',
    'DelegateProvisioning',
    'DelegateRestart',
    'ConfigurationFailure',
    'ResourceLimitsFailure',
    'Unknown',
  ],
  sections: ['Execute'],
  outputs: [{ name: 'outputVariables', description: 'A map of the output variables that the spec names.' }],
  filesOf: (spec) => {
    const { source } = ShellScriptSpecSchema.parse(maskSecrets(spec));
    return source.type === 'Harness' ? [source.spec.file] : [];
  },
  toTask,
};

function toTask(value: Value, inputs: TaskInputs): TaskRequest {
  const spec = ShellScriptSpecSchema.parse(maskSecrets(value));
  const script = scriptOf(spec, value, inputs);
  if ('code' in script) return { ok: false, failure: script };
  const variables = memberOf(value, 'environmentVariables');
  const problem = checkNames(spec, inputs.place) ?? checkReferences(spec, variables, inputs.place);
  if (problem !== undefined) return { ok: false, failure: problem };
  const environment = environmentOf(spec.environmentVariables ?? [], variables, inputs);
  const secrets = [script, ...Object.values(environment)].flatMap(({ parts }) =>
    parts.flatMap((part) => ('secret' in part ? [part.secret] : [])),
  );
  return {
    ok: true,
    secrets: [...new Set(secrets)],
    task: {
      kind: 'shell-script',
      payload: {
        shell: spec.shell ?? 'Bash',
        script,
        environment,
        outputs: (spec.outputVariables ?? []).map(toOutput),
      },
    },
  };
}

function scriptOf(spec: ShellScriptSpec, value: Value, inputs: TaskInputs): SecretText | Failure {
  if (spec.source.type === 'Inline') return secretText(memberOf(value, 'source', 'spec', 'script'), inputs);
  const { file } = spec.source.spec;
  const content = inputs.files.get(file);
  if (content === undefined) {
    return configurationFailure('file.not_found', `The script ${file} is not in the file store.`, [
      'Upload it, or correct the path.',
    ]);
  }
  const resolved = evaluateTemplate(content, inputs.scope, { place: file });
  return resolved.ok ? secretText(resolved.value, inputs) : failureOfExpressions([resolved.error]);
}

function environmentOf(
  variables: readonly Variable[],
  values: Value,
  inputs: TaskInputs,
): Record<string, SecretText> {
  const environment = variables.map(({ name }, index) => {
    const text = valueOf(values, index);
    const reference = referenceOf(values, index);
    return [
      name,
      reference === undefined
        ? secretText(text, inputs)
        : { parts: [{ secret: inputs.handleOf(reference) }] },
    ] as const;
  });
  return Object.fromEntries(environment);
}

function valueOf(variables: Value, index: number): Value {
  const value = memberOf(variables, index, 'value');
  return value === null || value === '' ? memberOf(variables, index, 'default') : value;
}

/** A variable of type Secret may give the reference of a secret where others have an expression. */
function referenceOf(variables: Value, index: number): string | undefined {
  const value = valueOf(variables, index);
  return memberOf(variables, index, 'type') === 'Secret' && typeof value === 'string' && value !== ''
    ? value
    : undefined;
}

function secretText(value: Value, { handleOf }: TaskInputs): SecretText {
  const { parts } = toSecretText(value ?? '', handleOf);
  return { parts: [...parts] };
}

function toOutput({ name, type, value }: Variable): { name: string; variable: string; secret: boolean } {
  return { name, variable: String(value ?? name), secret: type === 'Secret' };
}

/** A name that no shell can hold would give an empty output, without a word. */
function checkNames(spec: ShellScriptSpec, place: string): Failure | undefined {
  const wrong = (spec.outputVariables ?? []).map(toOutput).find(({ variable }) => !shellName.test(variable));
  if (wrong === undefined) return undefined;
  return configurationFailure(
    'step.spec_invalid',
    `${place}.spec.outputVariables: no shell variable can be called ${JSON.stringify(wrong.variable)}.`,
    ['A name starts with a letter or _ and holds letters, digits and _.'],
  );
}

function checkReferences(spec: ShellScriptSpec, variables: Value, place: string): Failure | undefined {
  const wrong = (spec.environmentVariables ?? []).find((_, index) => {
    const reference = referenceOf(variables, index);
    return reference !== undefined && !ReferenceSchema.safeParse(reference).success;
  });
  if (wrong === undefined) return undefined;
  // The value is not repeated: somebody may have put the secret itself there.
  return configurationFailure(
    'step.spec_invalid',
    `${place}.spec.environmentVariables: the value of the secret variable ${wrong.name} is no reference to a secret.`,
    [
      'Write the reference of a secret (x, org.x or account.x) or <+secrets.getValue("x")>, never the secret itself.',
    ],
  );
}
