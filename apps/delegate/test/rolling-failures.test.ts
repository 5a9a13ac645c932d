import { expect, test } from 'vitest';
import type { Progress } from '@slipway/contracts';
import { at } from '@slipway/deploy-engine';
import { deployBench, webDeployment } from './deploy-bench.ts';
import type { TaskRun } from './deploy-bench.ts';

function failureOf(run: TaskRun) {
  if (run.outcome.kind !== 'failed') throw new Error(`The task ended as ${run.outcome.kind}.`);
  return run.outcome.failure;
}

test('an image that does not exist ends the step at once, and a first deployment leaves its objects', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(webDeployment({ image: 'registry.example/web:does-not-exist' }));
  const failure = failureOf(run);
  expect(failure.code).toBe('image.not_found');
  expect(failure.message).toContain('registry.example/web:does-not-exist');
  expect(failure.evidence.map((item) => item.kind)).toContain('event');
  expect(failure.hints.join(' ')).toContain('first deployment');
  expect(run.progress.at(-1)?.causes[0]).toMatchObject({ code: 'image.not_found', severity: 'fatal' });
  expect(await bench.get('apps/v1', 'Deployment', 'web')).not.toBeNull();
  expect(run.outcome).toMatchObject({ result: { releases: [{ number: 1, status: 'failed' }] } });
});

test('a registry that refuses, and a name that is none, are told apart', async () => {
  const bench = await deployBench();
  const refused = await bench.deploy(webDeployment({ behaviour: 'image-pull-unauthorized' }));
  expect(refused.verdict).toBe('image.unauthorized');
  const invalid = await bench.deploy(webDeployment({ behaviour: 'invalid-image-name' }));
  expect(invalid.verdict).toBe('image.invalid');
});

test('a crash loop ends the step with the last lines of the container', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(
    webDeployment({
      behaviour: 'crash-loop',
      annotations: { 'sandbox.slipway.dev/log-lines': 'starting\nfatal: no database' },
    }),
  );
  const failure = failureOf(run);
  expect(failure.code).toBe('container.crash_loop');
  expect(failure.evidence.find((item) => item.kind === 'log')?.text).toContain('fatal: no database');
  // It warned before it gave up.
  const warned = run.progress.find((progress) =>
    progress.causes.some((cause) => cause.severity === 'warning'),
  );
  expect(warned?.causes[0]?.code).toBe('container.crash_loop');
});

test('a container that runs out of memory is told apart from a crash', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(webDeployment({ behaviour: 'oom-killed' }));
  expect(run.verdict).toBe('container.oom_killed');
});

test('a missing ConfigMap ends the step at once', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(
    webDeployment({
      behaviour: 'config-error',
      annotations: { 'sandbox.slipway.dev/message': 'configmap "web-settings" not found' },
    }),
  );
  expect(run.verdict).toBe('container.config_missing');
  expect(failureOf(run).message).toContain('the ConfigMap web-settings');
});

test('so does one that a volume needs', async () => {
  const bench = await deployBench();
  const volume =
    '          volumeMounts: [{name: settings, mountPath: /settings}]\n      volumes: [{name: settings, configMap: {name: not-there}}]\n';
  const run = await bench.deploy(webDeployment({ container: volume }));
  expect(run.verdict).toBe('container.config_missing');
  expect(failureOf(run).message).toContain('not-there');
});

test('a failed job fails the step, and runs again at the next deployment', async () => {
  const bench = await deployBench();
  const job = `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations: {sandbox.slipway.dev/behaviour: failing-job, sandbox.slipway.dev/log-lines: "relation users does not exist"}
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: "registry.example/web:1"}]
`;
  const run = await bench.deploy(job);
  const failure = failureOf(run);
  expect(failure.code).toBe('job.failed');
  expect(failure.evidence.find((item) => item.kind === 'log')?.text).toContain(
    'relation users does not exist',
  );
  const again = await bench.deploy(job);
  expect(again.sections.get('Apply')?.text).toContain('it failed when it ran before');
});

test('an exceeded progress deadline is told with the probe that fails', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(
    webDeployment({ behaviour: 'never-ready', spec: '  progressDeadlineSeconds: 2\n' }),
  );
  const failure = failureOf(run);
  expect(failure.code).toBe('deployment.progress_deadline');
  expect(failure.causes.map(({ code }) => code)).toContain('probe.failing');
});

test('the step timeout fails with what it was waiting for', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(webDeployment({ behaviour: 'never-ready' }), {
    deadlineAt: Date.now() + 4_000,
  });
  const failure = failureOf(run);
  expect(failure).toMatchObject({ code: 'step.timeout', errorType: 'Timeout' });
  expect(failure.message).toContain('Waiting for Deployment');
});

/** Deploys until the progress shows a cause, then aborts; gives that progress. */
async function untilCause(
  code: string,
  start: (options: { signal: AbortSignal; onProgress: (progress: Progress) => void }) => Promise<unknown>,
): Promise<Progress> {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Progress>();
  const running = start({
    signal: stop.signal,
    onProgress: (progress) => {
      if (progress.causes.some((cause) => cause.code === code)) resolve(progress);
    },
  }).catch(() => undefined);
  const found = await promise;
  stop.abort(new Error('Seen enough.'));
  await running;
  return found;
}

test('pods that fit on no node are a warning that says until when it waits', async () => {
  const bench = await deployBench();
  const manifests = webDeployment({ container: '          resources: {requests: {cpu: 10k}}\n' });
  const progress = await untilCause('pod.unschedulable', (options) => bench.deploy(manifests, options));
  const [cause] = progress.causes;
  expect(cause).toMatchObject({ severity: 'warning', until: expect.any(String) });
  expect(Date.parse(cause?.until ?? '') - Date.parse(cause?.since ?? '')).toBe(5 * 60_000);
});

test('an exceeded quota is a warning with the quota by name', async () => {
  const bench = await deployBench();
  const quota = 'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: small}\nspec: {hard: {pods: "1"}}\n';
  const manifests = `${quota}---\n${webDeployment({ replicas: 3 })}`;
  const progress = await untilCause('quota.exceeded', (options) => bench.deploy(manifests, options));
  expect(progress.causes[0]).toMatchObject({ severity: 'warning', title: expect.stringContaining('small') });
});

test('a policy that refuses pods ends the step, and one that refuses an object ends it before the first write', async () => {
  const bench = await deployBench();
  const policy = `deny-${bench.releaseName}`;
  await bench.cluster.kubectl(['apply', '-f', '-'], {
    stdin: `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: ${policy}}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods, services]}
  validations:
    - {expression: "false", message: not on a Friday}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${policy}}
spec:
  policyName: ${policy}
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${bench.namespace}}}}
`,
  });
  try {
    // The API server learns of a policy a moment after it is stored.
    await expect
      .poll(
        () =>
          bench.cluster
            .kubectl([
              'create',
              'service',
              'clusterip',
              'probe',
              '--tcp=80',
              '-n',
              bench.namespace,
              '--dry-run=server',
            ])
            .catch((error: Error) => error.message),
        { timeout: 20_000 },
      )
      .toContain('not on a Friday');
    const pods = await bench.deploy(webDeployment());
    expect(pods.verdict).toBe('admission.denied');
    expect(failureOf(pods).message).toContain('not on a Friday');
    const service = await bench.deploy(
      'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: first}\n',
    );
    expect(service.verdict).toBe('admission.denied');
    expect(service.sections.has('Apply')).toBe(false);
    expect(await bench.get('v1', 'ConfigMap', 'first')).toBeNull();
  } finally {
    await bench.cluster.kubectl([
      'delete',
      'validatingadmissionpolicy,validatingadmissionpolicybinding',
      policy,
    ]);
  }
});

test('what is wrong in manifests is told by file and line before anything is written', async () => {
  const bench = await deployBench();
  const run = await bench.deploy({
    'a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n',
    'b.yaml': 'apiVersion: v1\nkind: Nothing\nmetadata: {name: two}\n',
  });
  const failure = failureOf(run);
  expect(failure.code).toBe('manifest.invalid');
  expect(failure.message).toContain('a.yaml:5');
  expect(failure.message).toContain('b.yaml:1: The cluster knows no kind Nothing in v1.');
});

test('an unknown field is refused by the dry run', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(webDeployment({ spec: '  replicaz: 3\n' }));
  expect(failureOf(run)).toMatchObject({
    code: 'manifest.invalid',
    message: expect.stringContaining('replicaz'),
  });
  expect(await bench.get('apps/v1', 'Deployment', 'web')).toBeNull();
});

test('a namespace that does not exist is said to be absent', async () => {
  const bench = await deployBench({ namespace: 'no-such-namespace' });
  const run = await bench.deploy('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n');
  expect(run.verdict).toBe('namespace.absent');
});

test('a paused deployment ends the step, since waiting cannot help', async () => {
  const bench = await deployBench();
  await bench.deploy(webDeployment());
  const run = await bench.deploy(
    webDeployment({ image: 'registry.example/web:2', spec: '  paused: true\n' }),
  );
  expect(run.verdict).toBe('deployment.paused');
  expect(at(await bench.get('apps/v1', 'Deployment', 'web'), 'spec', 'paused')).toBe(true);
});
