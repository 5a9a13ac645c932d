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

/** kubectl's words for a field, once they are as expected. */
async function until(object: string, jsonPath: string, expected: string | RegExp): Promise<string> {
  let last = '';
  try {
    return await waitFor(
      'the field',
      async () => {
        last = await own.kubectl('get', object, `-o=jsonpath=${jsonPath}`);
        return (typeof expected === 'string' ? last === expected : expected.test(last)) && last;
      },
      { timeoutMs: 20_000, everyMs: 100 },
    );
  } catch (error) {
    throw new Error(`${object} ${jsonPath} is "${last}", not ${expected}`, { cause: error });
  }
}

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
    await until('pod/plain', ready, 'True');
    expect(await own.kubectl('get', 'pod/plain', '-o=jsonpath={.status.phase} {.status.hostIP}')).toBe(
      'Running 127.0.0.1',
    );
    expect(await own.kubectl('get', 'pod/plain', '-o=jsonpath={.status.podIP}')).toMatch(/^10\.1[23]\d\./);
  });

  test('ready after a while', async () => {
    await createPod('late', { annotations: { [annotations.readyAfter]: '2s' } });
    await until('pod/late', '{.status.phase}', 'Running');
    expect(await own.kubectl('get', 'pod/late', `-o=jsonpath=${ready}`)).toBe('False');
    await until('pod/late', ready, 'True');
    const times = await own.kubectl(
      'get',
      'pod/late',
      '-o=jsonpath={.status.startTime} {.status.conditions[?(@.type=="Ready")].lastTransitionTime}',
    );
    const [started = '', becameReady = ''] = times.split(' ');
    expect(Date.parse(becameReady) - Date.parse(started)).toBeGreaterThanOrEqual(1_000);
  });

  test('never ready, with the event of a failing probe', async () => {
    await createPod('never', { annotations: { [annotations.behaviour]: 'never-ready' } });
    await until('pod/never', '{.status.phase}', 'Running');
    expect(await own.kubectl('get', 'pod/never', `-o=jsonpath=${ready}`)).toBe('False');
    expect(
      await waitFor(
        'the event',
        async () => (await events('never')).find((line) => line.includes('Unhealthy')),
        { timeoutMs: 10_000 },
      ),
    ).toBe('Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503');
  });

  test('with init containers that have done their work and sidecars that stay', async () => {
    const initContainers = [
      { name: 'migrate', image: 'm:1' },
      { name: 'proxy', image: 'p:1', restartPolicy: 'Always' },
    ];
    await createPod('with-init', {
      spec: { initContainers, containers: [{ name: 'web', image: 'nginx:1' }] },
    });
    await until('pod/with-init', ready, 'True');
    const statuses =
      '{.status.initContainerStatuses[0].state.terminated.reason} {.status.initContainerStatuses[1].ready}';
    expect(await own.kubectl('get', 'pod/with-init', `-o=jsonpath=${statuses}`)).toBe('Completed true');
  });

  test('a behaviour limited to another image does not apply', async () => {
    const limited = { [annotations.behaviour]: 'crash-loop', [annotations.behaviourImage]: ':v2' };
    await createPod('limited', { image: 'shop:v1', annotations: limited });
    await until('pod/limited', ready, 'True');
    await createPod('limited-hit', { image: 'shop:v2', annotations: limited });
    await until('pod/limited-hit', state('restartCount'), /[1-9]/);
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
    await until('pod/no-image', state('state.waiting.reason'), /ErrImagePull|ImagePullBackOff/);
    await until('pod/no-tag', state('state.waiting.reason'), 'ImagePullBackOff');
    expect(
      await own.kubectl(
        'get',
        'pod/no-tag',
        '-o=jsonpath={.status.containerStatuses[0].state.waiting.message}',
      ),
    ).toContain('Back-off pulling image "nginx:does-not-exist": ErrImagePull: rpc error: code = NotFound');
    const said = await events('no-tag');
    expect(
      said.find((line) => line.startsWith('Warning Failed: Failed to pull image "nginx:does-not-exist": ')),
    ).toMatch(/: not found$/);
    expect(said).toContain('Warning Failed: Error: ImagePullBackOff');
  });

  test('that need a password', async () => {
    await createPod('private', { annotations: { [annotations.behaviour]: 'image-pull-unauthorized' } });
    await until('pod/private', state('state.waiting.reason'), 'ImagePullBackOff');
    expect((await events('private')).join('\n')).toContain('401 Unauthorized');
  });

  test('whose name no registry accepts', async () => {
    await createPod('shouting', { image: 'NGINX:1' });
    await until('pod/shouting', state('state.waiting.reason'), 'InvalidImageName');
  });

  test('only the container at fault waits', async () => {
    const containers = [
      { name: 'good', image: 'nginx:1' },
      { name: 'bad', image: 'nginx:missing' },
    ];
    await createPod('half', { spec: { containers } });
    await until('pod/half', '{.status.containerStatuses[1].state.waiting.reason}', 'ImagePullBackOff');
    expect(
      await own.kubectl(
        'get',
        'pod/half',
        '-o=jsonpath={.status.phase} {.status.containerStatuses[0].ready}',
      ),
    ).toBe('Pending true');
  });

  test('an init container at fault holds the others back', async () => {
    const initContainers = [{ name: 'first', image: 'setup:missing' }];
    await createPod('held', { spec: { initContainers, containers: [{ name: 'web', image: 'nginx:1' }] } });
    await until(
      'pod/held',
      '{.status.initContainerStatuses[0].state.waiting.reason}',
      /ErrImagePull|ImagePullBackOff/,
    );
    expect(await own.kubectl('get', 'pod/held', `-o=jsonpath=${state('state.waiting.reason')}`)).toBe(
      'PodInitializing',
    );
  });
});

describe('containers that fail', () => {
  test('a missing configuration, with the message that was asked for', async () => {
    const asked = { [annotations.behaviour]: 'config-error', [annotations.message]: 'secret "db" not found' };
    await createPod('unconfigured', { annotations: asked });
    await until('pod/unconfigured', state('state.waiting.reason'), 'CreateContainerConfigError');
    expect(
      await own.kubectl('get', 'pod/unconfigured', `-o=jsonpath=${state('state.waiting.message')}`),
    ).toBe('secret "db" not found');
    expect(await events('unconfigured')).toContain('Warning Failed: Error: secret "db" not found');
  });

  test('a crash loop restarts again and again, with its log lines', async () => {
    const asked = {
      [annotations.behaviour]: 'crash-loop',
      [annotations.logLines]: 'starting\npanic: no database',
      [annotations.restartAfter]: '500ms',
    };
    await createPod('crashing', { annotations: asked });
    const counts = await own.sandbox.api.lines(
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
    expect([...seen]).toEqual([0, 1, 2, 3]);
    await until('pod/crashing', state('state.waiting.reason'), 'CrashLoopBackOff');
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
    await until('pod/recovering', ready, 'True');
    expect(await own.kubectl('get', 'pod/recovering', `-o=jsonpath=${state('restartCount')}`)).toBe('2');
  });

  test('a container without enough memory', async () => {
    await createPod('hungry', { annotations: { [annotations.behaviour]: 'oom-killed' } });
    await until(
      'pod/hungry',
      `${state('lastState.terminated.reason')} ${state('lastState.terminated.exitCode')}`,
      'OOMKilled 137',
    );
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
    await until('job/good', '{.status.conditions[?(@.type=="Complete")].status}', 'True');
    await until('job/bad', '{.status.conditions[?(@.type=="Failed")].reason}', 'BackoffLimitExceeded');
  });
});

describe('the end of a pod', () => {
  const isGone = (name: string) => async () =>
    (await own.kubectl('get', 'pod', name, '--ignore-not-found', '-o=name')) === '';

  test('comes at once', async () => {
    await createPod('goes', {});
    await until('pod/goes', ready, 'True');
    await own.kubectl('delete', 'pod', 'goes', '--wait=false');
    await waitFor('the end', isGone('goes'), { timeoutMs: 10_000 });
  });

  test('takes as long as it is asked to', async () => {
    await createPod('stays', {
      annotations: { [annotations.behaviour]: 'slow-termination', [annotations.terminateAfter]: '3s' },
    });
    await until('pod/stays', ready, 'True');
    const askedAtMs = Date.now();
    await own.kubectl('delete', 'pod', 'stays', '--wait=false');
    expect(await own.kubectl('get', 'pod/stays', '-o=jsonpath={.metadata.deletionTimestamp}')).not.toBe('');
    await waitFor('the end', isGone('stays'), { timeoutMs: 20_000 });
    expect(Date.now() - askedAtMs).toBeGreaterThan(2_500);
  });

  test('waits for a finalizer that is not ours', async () => {
    await own.sandbox.api.json('POST', pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'final', finalizers: ['example.test/wait'] },
      spec: { containers: [{ name: 'web', image: 'nginx:1' }] },
    });
    await until('pod/final', ready, 'True');
    await own.kubectl('delete', 'pod', 'final', '--wait=false');
    // The node has let it go; the finalizer alone keeps it.
    await until('pod/final', '{.metadata.deletionGracePeriodSeconds}', '0');
    await own.kubectl('patch', 'pod', 'final', '--type=merge', '-p={"metadata":{"finalizers":null}}');
    await waitFor('the end', isGone('final'), { timeoutMs: 10_000 });
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
    await until('pvc/data', '{.status.phase}', 'Pending');
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    await createPod('with-data', { spec: { containers: [{ name: 'web', image: 'nginx:1' }], volumes } });
    await until('pod/with-data', ready, 'True');
    await until('pvc/data', '{.status.phase}', 'Bound');
    await own.kubectl('delete', 'pod/with-data', 'pvc/data');
    await waitFor('the end of the volume', async () => (await own.kubectl('get', 'pv', '-o=name')) === '', {
      timeoutMs: 20_000,
    });
  });

  test('a load balancer gets an address', async () => {
    await own.kubectl('create', 'service', 'loadbalancer', 'front', '--tcp=80');
    await until('service/front', '{.status.loadBalancer.ingress[0].ip}', /^192\.0\.2\.\d+$/);
  });

  test('exec is refused in words', async () => {
    await createPod('silent', {});
    await until('pod/silent', ready, 'True');
    await expect(own.kubectl('exec', 'silent', '--', 'ls')).rejects.toThrow(
      'Pods of the sandbox are simulated',
    );
  });

  test('a followed log ends with the pod', async () => {
    await createPod('followed', { annotations: { [annotations.logLines]: 'hello' } });
    await until('pod/followed', ready, 'True');
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
