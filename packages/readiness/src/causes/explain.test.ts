import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { classifyRefusal, explain } from '../index.ts';
import type { Related, Resource } from '../index.ts';

function table<Row extends { shows: string }>(file: string): (readonly [string, Row])[] {
  // The tables are written by hand in the form of their rows.
  const rows = parse(readFileSync(new URL(`../../testdata/${file}`, import.meta.url), 'utf8')) as Row[];
  return rows.map((row) => [row.shows, row] as const);
}

const deployment: Resource = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'd',
    generation: 2,
    annotations: { 'deployment.kubernetes.io/revision': '2' },
  },
  spec: { replicas: 1 },
  status: { observedGeneration: 2, replicas: 2, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
};

function replicaSet(name: string, revision: string, fields: Record<string, unknown> = {}): Resource {
  const ownerReferences = [
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true },
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      ownerReferences,
      annotations: { 'deployment.kubernetes.io/revision': revision },
    },
    spec: { replicas: 1 },
    ...fields,
  };
}

function pod(owner: string, status: Record<string, unknown>, spec: Record<string, unknown> = {}): Resource {
  const ownerReferences = [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${owner}-x`, namespace: 'shop', uid: `${owner}-x`, ownerReferences },
    spec: { containers: [{ name: 'web', image: 'registry.example/web:9' }], ...spec },
    status: { phase: 'Pending', ...status },
  };
}

function event(
  about: string,
  kind: string,
  reason: string,
  message: string,
  at = '2026-01-01T10:00:00Z',
): Resource {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${about}.1`, namespace: 'shop' },
    involvedObject: { kind, name: about, namespace: 'shop', uid: about },
    type: 'Warning',
    reason,
    message,
    lastTimestamp: at,
  };
}

function ofPod(status: Record<string, unknown>, related: Partial<Related> = {}) {
  return explain(deployment, {
    replicaSets: [replicaSet('new', '2'), replicaSet('old', '1')],
    pods: [pod('new', status)],
    ...related,
  });
}

const container = (fields: Record<string, unknown>) => ({
  containerStatuses: [{ name: 'web', ready: false, restartCount: 0, ...fields }],
});
const waiting = (reason: string, message: string) => container({ state: { waiting: { reason, message } } });

describe('images', () => {
  interface Row {
    shows: string;
    reason: string;
    message: string;
    event?: string;
    code: string;
  }
  test.for(table<Row>('images.yaml'))('%s', ([, row]) => {
    const events = row.event === undefined ? [] : [event('new-x', 'Pod', 'Failed', row.event)];
    const [cause] = ofPod(waiting(row.reason, row.message), { events });
    expect(cause?.code).toBe(row.code);
    expect(cause?.ends).toEqual(row.code === 'image.pull_failed' ? { afterMs: 300_000 } : 'now');
    expect(cause?.evidence.length).toBeGreaterThan(0);
    expect(cause?.hints.length).toBeGreaterThan(0);
  });
});

describe('refusals', () => {
  test.for(table<{ shows: string; message: string; code: string | null }>('refusals.yaml'))(
    '%s',
    ([, row]) => {
      expect(classifyRefusal(row.message)?.code ?? null).toBe(row.code);
    },
  );
});

describe('containers', () => {
  const ended = (restartCount: number, reason = 'Error', exitCode = 1) =>
    container({
      restartCount,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
      lastState: { terminated: { exitCode, reason } },
    });

  test('a crash is a warning until the third restart', () => {
    expect(ofPod(ended(1))[0]).toMatchObject({
      code: 'container.crash_loop',
      ends: 'never',
      severity: 'warning',
    });
    expect(ofPod(ended(3))[0]).toMatchObject({
      code: 'container.crash_loop',
      ends: 'now',
      severity: 'fatal',
      title: 'Container web ends with exit code 1 and was restarted 3 times',
    });
  });

  test('running out of memory has its own code', () => {
    expect(ofPod(ended(3, 'OOMKilled', 137))[0]?.code).toBe('container.oom_killed');
  });

  test('a container that runs after its first restart is given its time', () => {
    expect(
      ofPod(
        container({ restartCount: 1, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } }),
      ),
    ).toEqual([]);
  });

  test('an init container that ended well is no cause', () => {
    const status = {
      initContainerStatuses: [
        {
          name: 'init',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 0, reason: 'Completed' } },
        },
      ],
    };
    expect(ofPod(status)).toEqual([]);
  });

  test.for([
    ['configmap "settings" not found', 'the ConfigMap settings'],
    ['secret "credentials" not found', 'the Secret credentials'],
    ["couldn't find key port in ConfigMap shop/settings", 'the key port of ConfigMap shop/settings'],
  ])('configuration that is missing: %s', ([message = '', missing]) => {
    const [cause] = ofPod(waiting('CreateContainerConfigError', message));
    expect(cause).toMatchObject({
      code: 'container.config_missing',
      ends: 'now',
      title: expect.stringContaining(String(missing)),
    });
  });

  test('configuration that cannot be used is told apart from one that is missing', () => {
    const [cause] = ofPod(
      waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'),
    );
    expect(cause).toMatchObject({ code: 'container.config_invalid', ends: 'now' });
  });

  test('a volume that needs a missing Secret ends at once, other mounts are tried again', () => {
    const about = (message: string) =>
      ofPod({}, { events: [event('new-x', 'Pod', 'FailedMount', message)] })[0];
    expect(about('MountVolume.SetUp failed for volume "v" : secret "credentials" not found')).toMatchObject({
      code: 'container.config_missing',
      ends: 'now',
    });
    expect(about('MountVolume.SetUp failed for volume "v" : timed out')).toMatchObject({
      code: 'volume.mount_failed',
      ends: 'never',
    });
  });

  test('a failing probe is a warning', () => {
    const events = [
      event('new-x', 'Pod', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
    ];
    expect(
      ofPod({ phase: 'Running', ...container({ state: { running: {} } }) }, { events })[0],
    ).toMatchObject({ code: 'probe.failing', ends: 'never', title: 'The readiness probe fails' });
  });

  test('a pod that no node can take is waited for five minutes', () => {
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/2 nodes are available: 2 Insufficient cpu.',
      },
    ];
    expect(ofPod({ conditions })[0]).toMatchObject({
      code: 'pod.unschedulable',
      ends: { afterMs: 300_000 },
      hints: [expect.stringContaining('requests')],
    });
  });
});

describe('which pods count', () => {
  const broken = waiting('InvalidImageName', 'm');

  test('pods of an old revision are left out', () => {
    expect(
      explain(deployment, {
        replicaSets: [replicaSet('new', '2'), replicaSet('old', '1')],
        pods: [pod('old', broken)],
      }),
    ).toEqual([]);
  });

  test('nothing is told before the controller has seen the change', () => {
    const unseen = { ...deployment, status: { observedGeneration: 1 } };
    expect(explain(unseen, { replicaSets: [replicaSet('new', '2')], pods: [pod('new', broken)] })).toEqual(
      [],
    );
  });

  test('many pods with the same trouble make one cause', () => {
    const pods = [pod('new', broken), pod('new', broken)];
    expect(explain(deployment, { replicaSets: [replicaSet('new', '2')], pods })).toHaveLength(1);
  });

  test('a pod that is ready or going is no cause', () => {
    expect(ofPod({ ...broken, conditions: [{ type: 'Ready', status: 'True' }] })).toEqual([]);
    const going = pod('new', broken);
    going.metadata.deletionTimestamp = '2026-01-01T10:00:00Z';
    expect(explain(deployment, { replicaSets: [replicaSet('new', '2')], pods: [going] })).toEqual([]);
  });

  test('only the updated pods of a stateful set count', () => {
    const set: Resource = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', uid: 'new', generation: 1 },
      spec: { replicas: 1 },
      status: { observedGeneration: 1, replicas: 1, updateRevision: 'db-2' },
    };
    const labelled = (revision: string): Resource => {
      const made = pod('new', broken);
      return { ...made, metadata: { ...made.metadata, labels: { 'controller-revision-hash': revision } } };
    };
    expect(explain(set, { pods: [labelled('db-1')] })).toEqual([]);
    expect(explain(set, { pods: [labelled('db-2')] })).toHaveLength(1);
  });
});

describe('stateful sets that wait in vain', () => {
  const set = (spec: Record<string, unknown> = {}): Resource => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', uid: 'new', generation: 2 },
    spec: { replicas: 2, ...spec },
    status: {
      observedGeneration: 2,
      replicas: 2,
      readyReplicas: 1,
      currentRevision: 'db-1',
      updateRevision: 'db-2',
    },
  });
  const old = (status: Record<string, unknown>): Resource => {
    const made = pod('new', status);
    return {
      ...made,
      metadata: { ...made.metadata, name: 'db-1', labels: { 'controller-revision-hash': 'db-1' } },
    };
  };
  const broken = old(waiting('InvalidImageName', 'm'));
  const codes = (subject: Resource, pods: Resource[]): string[] =>
    explain(subject, { pods }).map(({ code }) => code);

  test('a broken pod of an old revision is what they wait for', () => {
    expect(codes(set(), [broken])).toEqual(['stateful_set.blocked']);
  });

  test.for([
    ['a pod that only starts', set(), old({})],
    [
      'a pod that is ready',
      set(),
      old({ ...waiting('InvalidImageName', 'm'), conditions: [{ type: 'Ready', status: 'True' }] }),
    ],
    ['a pod below the partition', set({ updateStrategy: { rollingUpdate: { partition: 2 } } }), broken],
    ['a set that updates on deletion', set({ updateStrategy: { type: 'OnDelete' } }), broken],
    ['a set that manages its pods in parallel', set({ podManagementPolicy: 'Parallel' }), broken],
  ] as const)('but not %s', ([, subject, made]) => {
    expect(codes(subject, [made])).toEqual([]);
  });
});

describe('controllers that cannot create', () => {
  const quota = 'Error creating: pods "web-1" is forbidden: exceeded quota: small, requested: pods=1';

  test('a replica set that hits a quota waits five minutes', () => {
    const events = [event('new', 'ReplicaSet', 'FailedCreate', quota)];
    const [cause] = explain(deployment, { replicaSets: [replicaSet('new', '2')], events });
    expect(cause).toMatchObject({
      code: 'quota.exceeded',
      ends: { afterMs: 300_000 },
      object: { kind: 'ReplicaSet' },
      evidence: [{ kind: 'event' }],
    });
  });

  test('events from before the deployment are not about it; those of its first second are', () => {
    const at = '2026-01-01T10:00:00Z';
    const events = [event('new', 'ReplicaSet', 'FailedCreate', quota, at)];
    const related = { replicaSets: [replicaSet('new', '2')], events };
    expect(explain(deployment, related, { since: '2026-01-01T10:00:01Z' })).toEqual([]);
    expect(explain(deployment, related, { since: '2026-01-01T10:00:00.900Z' })).toHaveLength(1);
  });

  test('once all pods are created their former refusal is over', () => {
    const events = [event('new', 'ReplicaSet', 'FailedCreate', quota)];
    const replicaSets = [replicaSet('new', '2', { status: { replicas: 1 } })];
    expect(explain(deployment, { replicaSets, events })).toEqual([]);
  });

  test('the progress deadline comes after the causes that explain it', () => {
    const late = {
      ...deployment,
      status: {
        observedGeneration: 2,
        replicas: 1,
        updatedReplicas: 1,
        conditions: [
          { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'm' },
        ],
      },
    };
    const causes = explain(late, {
      replicaSets: [replicaSet('new', '2')],
      pods: [pod('new', waiting('InvalidImageName', 'm'))],
    });
    expect(causes.map(({ code }) => code)).toEqual(['image.invalid', 'deployment.progress_deadline']);
  });

  test('whatever fails without a known cause still says why', () => {
    const stalled: Resource = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', uid: 'w' },
      status: { conditions: [{ type: 'Stalled', status: 'True', reason: 'NoSource', message: 'gone' }] },
    };
    expect(explain(stalled, {})).toMatchObject([{ code: 'resource.failed', ends: 'now', message: 'gone' }]);
  });
});
