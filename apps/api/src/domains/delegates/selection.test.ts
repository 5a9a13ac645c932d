import { expect, test } from 'vitest';
import { selectDelegates } from './selection.ts';
import type { DelegateCandidate, InstanceCandidate, SelectionQuestion } from './selection.ts';

const instance = (changes: Partial<InstanceCandidate> = {}): InstanceCandidate => ({
  id: 'i1',
  instanceId: 'pod-1',
  gatewayId: 'g1',
  connected: true,
  draining: false,
  incompatible: null,
  capabilities: ['shell-script', 'rolling-deploy'],
  capacity: 10,
  busy: 0,
  lastHeartbeatAt: new Date('2026-11-21T02:00:00Z'),
  ...changes,
});
const delegate = (name: string, changes: Partial<DelegateCandidate> = {}): DelegateCandidate => ({
  id: `d-${name}`,
  name,
  tags: [],
  instances: [instance({ id: `${name}-1` })],
  ...changes,
});
const question = (changes: Partial<SelectionQuestion> = {}): SelectionQuestion => ({
  kind: 'shell-script',
  selectors: [],
  ...changes,
});
const ids = (candidates: DelegateCandidate[], asked: SelectionQuestion): string[] =>
  selectDelegates(candidates, asked).ranked.map(({ id }) => id);

test.each<[string, DelegateCandidate, Partial<SelectionQuestion>, boolean, string]>([
  ['without selectors anybody is eligible', delegate('a'), {}, true, 'is eligible'],
  ['its own name is a tag', delegate('a'), { selectors: ['a'] }, true, 'is eligible'],
  [
    'all tags are needed',
    delegate('a', { tags: ['eu', 'prod'] }),
    { selectors: ['eu', 'prod', 'a'] },
    true,
    'is eligible',
  ],
  [
    'one tag is missing',
    delegate('a', { tags: ['eu'] }),
    { selectors: ['eu', 'prod'] },
    false,
    'does not have the tag "prod"',
  ],
  [
    'two tags are missing',
    delegate('a'),
    { selectors: ['eu', 'prod'] },
    false,
    'does not have the tags "eu", "prod"',
  ],
  ['never connected', delegate('a', { instances: [] }), {}, false, 'has never connected'],
  [
    'not connected',
    delegate('a', { instances: [instance({ connected: false })] }),
    {},
    false,
    'is not connected since 2026-11-21T02:00:00.000Z',
  ],
  [
    'draining',
    delegate('a', { instances: [instance({ draining: true })] }),
    {},
    false,
    'is shutting down and takes no more tasks',
  ],
  [
    'too old',
    delegate('a', { instances: [instance({ incompatible: 'protocol 0.1' })] }),
    {},
    false,
    'takes no tasks: protocol 0.1',
  ],
  [
    'lacks the capability',
    delegate('a'),
    { kind: 'connection-test' },
    false,
    'cannot do connection-test tasks',
  ],
  [
    'full',
    delegate('a', { instances: [instance({ busy: 10 })] }),
    {},
    true,
    'is busy with 10 of 10 tasks; the task waits for its turn',
  ],
  [
    'one of two instances fits',
    delegate('a', { instances: [instance({ connected: false }), instance({ id: 'i2' })] }),
    {},
    true,
    'is eligible',
  ],
])('%s', (_what, candidate, asked, eligible, reason) => {
  const { verdicts } = selectDelegates([candidate], question(asked));
  expect(verdicts).toMatchObject([{ delegate: 'a', eligible, reason }]);
  expect(verdicts[0]?.remedy === undefined).toBe(eligible && reason === 'is eligible');
});

test('nobody without room, connection, tags or capability is offered a task', () => {
  const unfit = [
    delegate('full', { instances: [instance({ busy: 10 })] }),
    delegate('away', { instances: [instance({ connected: false })] }),
    delegate('untagged', {}),
  ];
  expect(ids(unfit, question({ selectors: ['full'] }))).toEqual([]);
  expect(ids(unfit, question({ selectors: ['nothing-has-this'] }))).toEqual([]);
});

test('who last worked for the connector comes first, even when busier', () => {
  const candidates = [delegate('a'), delegate('b', { instances: [instance({ id: 'b-1', busy: 9 })] })];
  expect(ids(candidates, question({ preferredDelegateId: 'd-b' }))).toEqual(['b-1', 'a-1']);
});

test('among equals the least busy comes first', () => {
  const candidates = [
    delegate('a', { instances: [instance({ id: 'a-1', busy: 3 }), instance({ id: 'a-2', busy: 1 })] }),
    delegate('b', { instances: [instance({ id: 'b-1', busy: 3, capacity: 100 })] }),
  ];
  expect(ids(candidates, question())).toEqual(['b-1', 'a-2', 'a-1']);
});

test('an instance that did not claim an offer comes last', () => {
  const candidates = [delegate('a'), delegate('b')];
  expect(ids(candidates, question({ preferredDelegateId: 'd-a', unresponsive: 'a-1' }))).toEqual([
    'b-1',
    'a-1',
  ]);
});
