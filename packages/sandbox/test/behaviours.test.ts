import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { annotations } from '../src/index.ts';
import { parsePod } from '../src/logs/pod.ts';
import { waitFor } from '../src/wait.ts';
import { startOwnSandbox, type OwnSandbox } from './own-sandbox.ts';

let own: OwnSandbox;
beforeAll(async () => {
  own = await startOwnSandbox();
});
afterAll(() => own?.end());

const pods = '/api/v1/namespaces/default/pods';

interface PodOptions {
  image?: string;
  annotations?: Record<string, string>;
  spec?: object;
}

async function createPod(name: string, options: PodOptions): Promise<void> {
  await own.sandbox.api.json('POST', pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations: options.annotations ?? {} },
    spec: { containers: [{ name: 'web', image: options.image ?? 'nginx:1' }], ...options.spec },
  });
}

/** kubectl's words for a field. */
const field = (object: string, jsonPath: string): Promise<string> =>
  own.kubectl('get', object, `-o=jsonpath=${jsonPath}`);

const patiently = { timeout: 20_000, interval: 100 };

const ready = '{.status.conditions[?(@.type=="Ready")].status}';
const state = (path: string): string => `{.status.containerStatuses[0].${path}}`;

async function events(pod: string): Promise<string[]> {
  const list = await own.kubectl(
    'get',
    'events',
    `--field-selector=involvedObject.name=${pod}`,
    '-o=jsonpath={range .items[*]}{.type} {.reason}: {.message}{"\\n"}{end}',
  );
  return list.split('\n');
}

describe('pods that run', () => {
  test('without any annotation, at once and ready', async () => {
    await createPod('plain', {});
    await expect.poll(() => field('pod/plain', ready), patiently).toBe('True');
    expect(await field('pod/plain', '{.status.phase} {.status.hostIP}')).toBe('Running 127.0.0.1');
    expect(await field('pod/plain', '{.status.podIP}')).toMatch(/^10\.1[23]\d\./);
  });

  test('ready after a while', async () => {
    await createPod('late', { annotations: { [annotations.readyAfter]: '4s' } });
    await expect.poll(() => field('pod/late', '{.status.phase}'), patiently).toBe('Running');
    expect(await field('pod/late', ready)).toBe('False');
    await expect.poll(() => field('pod/late', ready), patiently).toBe('True');
    const times = await field(
      'pod/late',
      '{.status.startTime} {.status.conditions[?(@.type=="Ready")].lastTransitionTime}',
    );
    const [started = '', becameReady = ''] = times.split(' ');
    expect(Date.parse(becameReady) - Date.parse(started)).toBeGreaterThanOrEqual(3_000);
  });

  test('never ready, with the event of a failing probe', async () => {
    await createPod('never', { annotations: { [annotations.behaviour]: 'never-ready' } });
    await expect.poll(() => field('pod/never', '{.status.phase}'), patiently).toBe('Running');
    expect(await field('pod/never', ready)).toBe('False');
    expect(
      await waitFor(
        'the event',
        async () => (await events('never')).find((line) => line.includes('Unhealthy')),
        { timeoutMs: 10_000 },
      ),
    ).toBe('Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503');
  });

  test('become ready again after their node was given up for a while', async () => {
    await createPod('forgotten', {});
    await expect.poll(() => field('pod/forgotten', ready), patiently).toBe('True');
    // So does the controller manager.
    const unready = { status: { conditions: [{ type: 'Ready', status: 'False' }] } };
    const contentType = 'application/strategic-merge-patch+json';
    await own.sandbox.api.json('PATCH', `${pods}/forgotten/status`, unready, { contentType });
    await expect.poll(() => field('pod/forgotten', ready), patiently).toBe('True');
  });

  test('with init containers that have done their work and sidecars that stay', async () => {
    const initContainers = [
      { name: 'migrate', image: 'm:1' },
      { name: 'proxy', image: 'p:1', restartPolicy: 'Always' },
    ];
    await createPod('with-init', {
      spec: { initContainers, containers: [{ name: 'web', image: 'nginx:1' }] },
    });
    await expect.poll(() => field('pod/with-init', ready), patiently).toBe('True');
    const statuses =
      '{.status.initContainerStatuses[0].state.terminated.reason} {.status.initContainerStatuses[1].ready}';
    expect(await own.kubectl('get', 'pod/with-init', `-o=jsonpath=${statuses}`)).toBe('Completed true');
  });

  test('a behaviour limited to another image does not apply', async () => {
    const limited = { [annotations.behaviour]: 'crash-loop', [annotations.behaviourImage]: ':v2' };
    await createPod('limited', { image: 'shop:v1', annotations: limited });
    await expect.poll(() => field('pod/limited', ready), patiently).toBe('True');
    await createPod('limited-hit', { image: 'shop:v2', annotations: limited });
    await expect.poll(() => field('pod/limited-hit', state('restartCount')), patiently).toMatch(/[1-9]/);
  });

  test('a misspelt behaviour leaves the pod pending and says which there are', async () => {
    await createPod('misspelt', { annotations: { [annotations.behaviour]: 'crashloop' } });
    const line = await waitFor(
      'the event',
      async () => (await events('misspelt')).find((text) => text.includes('UnknownBehaviour')),
      { timeoutMs: 10_000 },
    );
    expect(line).toContain('knows no behaviour "crashloop"; it knows: ready, image-pull-error');
  });
});

describe('images', () => {
  test('that cannot be pulled: by annotation or by their tag', async () => {
    await createPod('no-image', { annotations: { [annotations.behaviour]: 'image-pull-error' } });
    await createPod('no-tag', { image: 'nginx:does-not-exist' });
    await expect
      .poll(() => field('pod/no-image', state('state.waiting.reason')), patiently)
      .toMatch(/ErrImagePull|ImagePullBackOff/);
    await expect
      .poll(() => field('pod/no-tag', state('state.waiting.reason')), patiently)
      .toBe('ImagePullBackOff');
    expect(await field('pod/no-tag', '{.status.containerStatuses[0].state.waiting.message}')).toContain(
      'Back-off pulling image "nginx:does-not-exist": ErrImagePull: rpc error: code = NotFound',
    );
    const said = await events('no-tag');
    expect(
      said.find((line) => line.startsWith('Warning Failed: Failed to pull image "nginx:does-not-exist": ')),
    ).toMatch(/: not found$/);
    expect(said).toContain('Warning Failed: Error: ImagePullBackOff');
  });

  test('that need a password', async () => {
    await createPod('private', { annotations: { [annotations.behaviour]: 'image-pull-unauthorized' } });
    await expect
      .poll(() => field('pod/private', state('state.waiting.reason')), patiently)
      .toBe('ImagePullBackOff');
    expect((await events('private')).join('\n')).toContain('401 Unauthorized');
  });

  test('whose name no registry accepts', async () => {
    await createPod('shouting', { image: 'NGINX:1' });
    await expect
      .poll(() => field('pod/shouting', state('state.waiting.reason')), patiently)
      .toBe('InvalidImageName');
  });

  test('only the container at fault waits', async () => {
    const containers = [
      { name: 'good', image: 'nginx:1' },
      { name: 'bad', image: 'nginx:missing' },
    ];
    await createPod('half', { spec: { containers } });
    await expect
      .poll(() => field('pod/half', '{.status.containerStatuses[1].state.waiting.reason}'), patiently)
      .toBe('ImagePullBackOff');
    expect(await field('pod/half', '{.status.phase} {.status.containerStatuses[0].ready}')).toBe(
      'Pending true',
    );
  });

  test('an init container at fault holds the others back', async () => {
    const initContainers = [{ name: 'first', image: 'setup:missing' }];
    await createPod('held', { spec: { initContainers, containers: [{ name: 'web', image: 'nginx:1' }] } });
    await expect
      .poll(() => field('pod/held', '{.status.initContainerStatuses[0].state.waiting.reason}'), patiently)
      .toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(await field('pod/held', state('state.waiting.reason'))).toBe('PodInitializing');
  });
});

describe('containers that fail', () => {
  test('a missing configuration, with the message that was asked for', async () => {
    const asked = { [annotations.behaviour]: 'config-error', [annotations.message]: 'secret "db" not found' };
    await createPod('unconfigured', { annotations: asked });
    await expect
      .poll(() => field('pod/unconfigured', state('state.waiting.reason')), patiently)
      .toBe('CreateContainerConfigError');
    expect(await field('pod/unconfigured', state('state.waiting.message'))).toBe('secret "db" not found');
    expect(await events('unconfigured')).toContain('Warning Failed: Error: secret "db" not found');
  });

  test('a crash loop restarts again and again, with its log lines', async () => {
    const asked = {
      [annotations.behaviour]: 'crash-loop',
      [annotations.logLines]: 'starting\npanic: no database',
      [annotations.restartAfter]: '500ms',
    };
    await createPod('crashing', { annotations: asked });
    const counts = own.sandbox.api.lines(
      `${pods}?watch=true&fieldSelector=metadata.name%3Dcrashing`,
      AbortSignal.timeout(30_000),
    );
    const seen = new Set<number>();
    for await (const line of counts) {
      const event: { object: unknown } = JSON.parse(line);
      const [container] = parsePod(event.object).containers;
      if (container) seen.add(container.restartCount);
      if (seen.has(3)) break;
    }
    // One by one, from wherever the watch began.
    expect([...seen]).toEqual([0, 1, 2, 3].slice(-seen.size));
    expect(seen.size).toBeGreaterThan(1);
    await expect
      .poll(() => field('pod/crashing', state('state.waiting.reason')), patiently)
      .toBe('CrashLoopBackOff');
    const last = await own.kubectl(
      'get',
      'pod/crashing',
      `-o=jsonpath=${state('lastState.terminated.exitCode')} ${state('lastState.terminated.reason')}`,
    );
    expect(last).toBe('1 Error');
    expect(await own.kubectl('logs', 'crashing')).toBe('starting\npanic: no database\n');
    expect(await own.kubectl('logs', 'crashing', '--previous', '--tail=1')).toBe('panic: no database\n');
    expect((await events('crashing')).join('\n')).toContain(
      'Warning BackOff: Back-off restarting failed container web in pod crashing_default(',
    );
  });

  test('a crash loop that recovers', async () => {
    await createPod('recovering', {
      annotations: {
        [annotations.behaviour]: 'crash-loop',
        [annotations.recoverAfter]: '2',
        [annotations.restartAfter]: '100ms',
      },
    });
    await expect.poll(() => field('pod/recovering', ready), patiently).toBe('True');
    expect(await field('pod/recovering', state('restartCount'))).toBe('2');
  });

  test('a container without enough memory', async () => {
    await createPod('hungry', { annotations: { [annotations.behaviour]: 'oom-killed' } });
    await expect
      .poll(
        () =>
          field(
            'pod/hungry',
            `${state('lastState.terminated.reason')} ${state('lastState.terminated.exitCode')}`,
          ),
        patiently,
      )
      .toBe('OOMKilled 137');
  });
});

describe('Jobs', () => {
  const job = (name: string, podAnnotations: Record<string, string>): object => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { annotations: podAnnotations },
        spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'busybox' }] },
      },
    },
  });

  test('complete by themselves, or fail when asked to', async () => {
    await own.sandbox.api.json('POST', '/apis/batch/v1/namespaces/default/jobs', job('good', {}));
    await own.sandbox.api.json(
      'POST',
      '/apis/batch/v1/namespaces/default/jobs',
      job('bad', { [annotations.behaviour]: 'failing-job' }),
    );
    await expect
      .poll(() => field('job/good', '{.status.conditions[?(@.type=="Complete")].status}'), patiently)
      .toBe('True');
    await expect
      .poll(() => field('job/bad', '{.status.conditions[?(@.type=="Failed")].reason}'), patiently)
      .toBe('BackoffLimitExceeded');
  });
});

describe('the end of a pod', () => {
  const isGone = (name: string) => async () =>
    (await own.kubectl('get', 'pod', name, '--ignore-not-found', '-o=name')) === '';

  test('comes at once', async () => {
    await createPod('goes', {});
    await expect.poll(() => field('pod/goes', ready), patiently).toBe('True');
    await own.kubectl('delete', 'pod', 'goes', '--wait=false');
    await expect.poll(isGone('goes'), patiently).toBe(true);
  });

  test('takes as long as it is asked to', async () => {
    await createPod('stays', {
      annotations: { [annotations.behaviour]: 'slow-termination', [annotations.terminateAfter]: '3s' },
    });
    await expect.poll(() => field('pod/stays', ready), patiently).toBe('True');
    const askedAtMs = Date.now();
    await own.kubectl('delete', 'pod', 'stays', '--wait=false');
    expect(await field('pod/stays', '{.metadata.deletionTimestamp}')).not.toBe('');
    await expect.poll(isGone('stays'), patiently).toBe(true);
    expect(Date.now() - askedAtMs).toBeGreaterThan(2_500);
  });

  test('waits for a finalizer that is not ours', async () => {
    await own.sandbox.api.json('POST', pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'final', finalizers: ['example.test/wait'] },
      spec: { containers: [{ name: 'web', image: 'nginx:1' }] },
    });
    await expect.poll(() => field('pod/final', ready), patiently).toBe('True');
    await own.kubectl('delete', 'pod', 'final', '--wait=false');
    // The node has let it go; the finalizer alone keeps it.
    await expect
      .poll(() => field('pod/final', '{.metadata.deletionGracePeriodSeconds}'), patiently)
      .toBe('0');
    await own.kubectl('patch', 'pod', 'final', '--type=merge', '-p={"metadata":{"finalizers":null}}');
    await expect.poll(isGone('final'), patiently).toBe(true);
  });
});

describe('what surrounds pods', () => {
  test('a volume claim is bound once a pod wants it', async () => {
    await own.sandbox.api.json('POST', '/api/v1/namespaces/default/persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await expect.poll(() => field('pvc/data', '{.status.phase}'), patiently).toBe('Pending');
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    await createPod('with-data', { spec: { containers: [{ name: 'web', image: 'nginx:1' }], volumes } });
    await expect.poll(() => field('pod/with-data', ready), patiently).toBe('True');
    await expect.poll(() => field('pvc/data', '{.status.phase}'), patiently).toBe('Bound');
    await own.kubectl('delete', 'pod/with-data', 'pvc/data');
    await waitFor('the end of the volume', async () => (await own.kubectl('get', 'pv', '-o=name')) === '', {
      timeoutMs: 20_000,
    });
  });

  test('a load balancer gets an address', async () => {
    await own.kubectl('create', 'service', 'loadbalancer', 'front', '--tcp=80');
    await expect
      .poll(() => field('service/front', '{.status.loadBalancer.ingress[0].ip}'), patiently)
      .toMatch(/^192\.0\.2\.\d+$/);
  });

  test('exec is refused in words', async () => {
    await createPod('silent', {});
    await expect.poll(() => field('pod/silent', ready), patiently).toBe('True');
    await expect(own.kubectl('exec', 'silent', '--', 'ls')).rejects.toThrow(
      'Pods of the sandbox are simulated',
    );
  });

  test('a followed log ends with the pod', async () => {
    await createPod('followed', { annotations: { [annotations.logLines]: 'hello' } });
    await expect.poll(() => field('pod/followed', ready), patiently).toBe('True');
    const following = own.kubectl('logs', 'followed', '--follow');
    const before = new Date(Date.now() - 60_000);
    await waitFor(
      'the watch of the follower',
      async () => {
        const seen = await own.sandbox.auditEvents({
          since: before,
          resource: 'pods',
          verb: 'watch',
          userAgent: 'slipway-sandbox',
        });
        return seen.some((event) => event.uri.includes('metadata.name%3Dfollowed'));
      },
      { timeoutMs: 20_000 },
    );
    await own.kubectl('delete', 'pod', 'followed');
    expect(await following).toBe('hello\n');
  });
});

describe('configuration', () => {
  const configMapKey = { configMapKeyRef: { name: 'late', key: 'url' } };
  const environment = {
    containers: [{ name: 'web', image: 'nginx:1', env: [{ name: 'URL', valueFrom: configMapKey }] }],
  };

  test('that is there does not hold a pod back', async () => {
    await own.kubectl('create', 'configmap', 'there', '--from-literal=url=x');
    await own.kubectl('create', 'secret', 'generic', 'mounted', '--from-literal=a=b');
    const spec = {
      volumes: [{ name: 'files', secret: { secretName: 'mounted' } }],
      containers: [{ name: 'web', image: 'nginx:1', envFrom: [{ configMapRef: { name: 'there' } }] }],
    };
    await createPod('with-configuration', { spec });
    await expect.poll(() => field('pod/with-configuration', ready), patiently).toBe('True');
  });

  test('that is missing stops a container until it comes', async () => {
    await createPod('without-configmap', { spec: environment });
    await expect
      .poll(() => field('pod/without-configmap', state('state.waiting')), patiently)
      .toBe('{"message":"configmap \\"late\\" not found","reason":"CreateContainerConfigError"}');
    expect(await events('without-configmap')).toContain('Warning Failed: Error: configmap "late" not found');
    await own.kubectl('create', 'configmap', 'late', '--from-literal=other=x');
    await expect
      .poll(() => field('pod/without-configmap', state('state.waiting.message')), patiently)
      .toBe("couldn't find key url in ConfigMap default/late");
    await own.kubectl('patch', 'configmap', 'late', '-p={"data":{"url":"x"}}');
    await expect.poll(() => field('pod/without-configmap', ready), patiently).toBe('True');
  });

  test('that is missing cannot be mounted', async () => {
    const volumes = [{ name: 'tls', secret: { secretName: 'absent' } }];
    await createPod('without-secret', { spec: { containers: [{ name: 'web', image: 'nginx:1' }], volumes } });
    await expect
      .poll(() => field('pod/without-secret', state('state.waiting.reason')), patiently)
      .toBe('ContainerCreating');
    expect(await events('without-secret')).toContain(
      'Warning FailedMount: MountVolume.SetUp failed for volume "tls" : secret "absent" not found',
    );
    await own.kubectl('create', 'secret', 'generic', 'absent');
    await expect.poll(() => field('pod/without-secret', ready), patiently).toBe('True');
  });

  test('is looked for before a crash', async () => {
    await own.kubectl('create', 'configmap', 'crash', '--from-literal=a=b');
    const containers = [{ name: 'web', image: 'nginx:1', envFrom: [{ configMapRef: { name: 'crash' } }] }];
    await createPod('configured-crash', {
      annotations: { [annotations.behaviour]: 'crash-loop' },
      spec: { containers },
    });
    await expect.poll(() => field('pod/configured-crash', state('restartCount')), patiently).toMatch(/[1-9]/);
  });
});
