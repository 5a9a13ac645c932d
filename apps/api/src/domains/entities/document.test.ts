import { describe, expect, it } from 'vitest';
import { readDocuments, readSingle } from './document.ts';

const environment = `# what we call it
environment:
  type: PreProduction   # not production
  name: dev
  identifier: dev
`;

const failureOf = (text: string) => {
  const result = readSingle(text);
  if (result.ok) throw new Error('expected the document to be refused');
  return result;
};

describe('reading a document', () => {
  it('keeps the text as it was written, comments and key order included', () => {
    const result = readSingle(environment);
    expect(result.ok && result.document.yaml).toBe(environment);
    expect(result.ok && result.document.kind).toBe('environment');
  });

  it('reads JSON as well', () => {
    const result = readSingle(
      JSON.stringify({ environment: { name: 'dev', identifier: 'dev', type: 'Production' } }),
    );
    expect(result.ok && result.document.tree).toEqual({
      environment: { name: 'dev', identifier: 'dev', type: 'Production' },
    });
  });

  it('splits a stream and keeps each part without its separator', () => {
    const results = readDocuments(`---\n${environment}---\n${environment.replaceAll('dev', 'prod')}`);
    expect(results.map((result) => result.ok && result.document.yaml)).toEqual([
      environment,
      environment.replaceAll('dev', 'prod'),
    ]);
  });

  it('shows an unknown field at its key, with line and column', () => {
    const failure = failureOf(`${environment}  colour: red\n`);
    expect(failure.code).toBe('document.invalid');
    expect(failure.errors).toEqual([
      { pointer: '/environment/colour', line: 6, column: 3, message: 'Unknown field colour.' },
    ]);
  });

  it('shows a missing field where it belongs', () => {
    const failure = failureOf('environment:\n  name: dev\n  identifier: dev\n');
    expect(failure.errors).toEqual([
      { pointer: '/environment/type', line: 1, column: 1, message: 'This field is required.' },
    ]);
  });

  it('says of a field that is not supported yet that it is not, and lets its neutral value pass', () => {
    const service = (extra: string) =>
      `service:\n  name: web\n  identifier: web\n${extra}  serviceDefinition:\n    type: Kubernetes\n    spec: {}\n`;
    expect(readSingle(service('  gitOpsEnabled: false\n')).ok).toBe(true);
    const failure = failureOf(service('  gitOpsEnabled: true\n'));
    expect(failure.code).toBe('document.unsupported_field');
    expect(failure.errors).toEqual([
      {
        pointer: '/service/gitOpsEnabled',
        line: 4,
        column: 3,
        message: 'GitOps services are not supported.',
      },
    ]);
  });

  it('points into the branch of a union that was meant', () => {
    const failure = failureOf(`connector:
  name: c
  identifier: c
  type: K8sCluster
  spec:
    credential:
      type: ManualConfig
      spec:
        masterUrl: nowhere
        auth:
          type: ServiceAccount
          spec: {}
`);
    expect(failure.errors.map((error) => error.pointer)).toEqual([
      '/connector/spec/credential/spec/masterUrl',
      '/connector/spec/credential/spec/auth/spec/serviceAccountTokenRef',
    ]);
  });

  it('says where YAML breaks', () => {
    const failure = failureOf('environment:\n  name: "dev\n');
    expect(failure.code).toBe('document.malformed');
    expect(failure.errors[0]).toMatchObject({ line: 3 });
  });

  it('refuses the same key twice', () => {
    expect(failureOf('environment:\n  name: a\n  name: b\n').code).toBe('document.malformed');
  });

  it('refuses a document that grows out of aliases', () => {
    const bomb = `environment:\n  a0: &a0 [x]\n${Array.from({ length: 12 }, (_, i) => `  a${i + 1}: &a${i + 1} [${Array(8).fill(`*a${i}`).join(', ')}]`).join('\n')}\n`;
    expect(failureOf(bomb)).toMatchObject({
      code: 'document.malformed',
      message: 'The document uses too many aliases.',
    });
  });

  it('lists the known kinds when it sees none of them', () => {
    expect(failureOf('deployment: {}\n').message).toContain('connector, service');
    expect(failureOf('').message).toBe('The body holds no document.');
    expect(failureOf(`${environment}---\n${environment}`).message).toContain('holds 2 documents');
  });
});
