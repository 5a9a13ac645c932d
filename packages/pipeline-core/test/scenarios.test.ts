import { describe, expect, it } from 'vitest';
import { describeFailureAction, replay } from '../src/index.ts';
import { graphOf, group, on, parallel, preamble, stage, step } from './graphs.ts';
import { failureOf, simulate, started } from './simulation.ts';

const rollback = [step('undo'), step('tell')];
const deploy = (options = {}) =>
  graphOf([
    stage('deploy', [...preamble, step('check'), step('rollout')], { rollback, ...options }),
    stage('later', [step('after')]),
  ]);

describe('an execution that goes well', () => {
  it('runs stages and steps in order and ends when the last has ended', () => {
    const run = started(deploy());
    expect(run.line()).toBe(
      'deploy.check=RUNNING deploy.rollout=NOT_STARTED deploy.undo=NOT_STARTED deploy.tell=NOT_STARTED later.after=NOT_STARTED',
    );
    run.finish('deploy.check', { kind: 'succeeded', outputs: { version: '7' } });
    run.finish('deploy.rollout');
    expect(run.status('deploy')).toBe('SUCCEEDED');
    expect(run.status('deploy.$rollback')).toBe('SKIPPED');
    run.finish('later.after');
    expect(run.state.status).toBe('SUCCEEDED');
    expect(run.state.nodes['deploy.check']?.outputs).toEqual({ version: '7' });
    expect(run.state.endedAt).toBe(run.now);
  });

  it('gives the turn back when the stage ends, and clears its timer when the execution does', () => {
    const run = started(graphOf([stage('deploy', [...preamble, step('rollout')])]));
    expect(run.effects.some((effect) => effect.type === 'release-turn')).toBe(false);
    run.finish('deploy.rollout');
    expect(run.effects.slice(-2)).toEqual([
      { type: 'release-turn', node: 'deploy.$queue' },
      { type: 'clear-timer' },
    ]);
  });

  it('begins everything in a parallel entry at once and waits for all of it', () => {
    const run = started(
      graphOf([stage('s', [parallel('both', [step('a'), group('g', [step('b'), step('c')])]), step('d')])]),
    );
    expect(run.line()).toBe('s.both.a=RUNNING s.both.g.b=RUNNING s.both.g.c=NOT_STARTED s.d=NOT_STARTED');
    run.finish('s.both.a');
    run.finish('s.both.g.b');
    expect(run.status('s.d')).toBe('NOT_STARTED');
    run.finish('s.both.g.c');
    run.finish('s.d');
    expect(run.state.status).toBe('SUCCEEDED');
  });

  it('passes through empty groups', () => {
    const run = started(
      graphOf([stage('s', [parallel('p', [group('none', []), step('a'), group('nil', [])])])]),
    );
    run.finish('s.p.a');
    expect(run.state.status).toBe('SUCCEEDED');
  });
});

describe('a failure', () => {
  it('rolls the stage back in the written order, ends it FAILED and starts no later stage', () => {
    const run = started(deploy());
    run.finish('deploy.check');
    run.fail('deploy.rollout');
    expect(run.status('deploy')).toBe('RUNNING');
    expect(run.status('deploy.undo')).toBe('RUNNING');
    expect(run.state.failure).toEqual({ node: 'deploy.rollout', failure: failureOf() });
    run.finish('deploy.undo');
    run.finish('deploy.tell');
    expect(run.line()).toBe(
      'deploy.check=SUCCEEDED deploy.rollout=FAILED deploy.undo=SUCCEEDED deploy.tell=SUCCEEDED later.after=SKIPPED',
    );
    expect(run.status('deploy')).toBe('FAILED');
    expect(run.state.status).toBe('FAILED');
  });

  it('stops the rollback when a rollback step fails, whatever the stage says', () => {
    const run = started(
      deploy({ rules: [on({ type: 'Ignore' }, ['Timeout']), on({ type: 'StageRollback' })] }),
    );
    run.fail('deploy.check');
    run.fail('deploy.undo', 'Timeout');
    expect(run.line()).toBe(
      'deploy.check=FAILED deploy.rollout=SKIPPED deploy.undo=FAILED deploy.tell=SKIPPED later.after=SKIPPED',
    );
    expect(run.status('deploy.$rollback')).toBe('FAILED');
    expect(run.state.status).toBe('FAILED');
  });

  it('goes on in a rollback when the rollback step itself says Ignore', () => {
    const graph = graphOf([
      stage('s', [step('a')], {
        rollback: [step('undo', { rules: [on({ type: 'Ignore' })] }), step('tell')],
      }),
    ]);
    const run = started(graph);
    run.fail('s.a');
    run.fail('s.undo');
    expect(run.status('s.tell')).toBe('RUNNING');
  });

  it('before the first step leaves nothing to roll back', () => {
    const run = simulate(deploy());
    run.apply({ type: 'execution.started', at: 1 });
    run.apply({
      type: 'node.failed',
      at: 2,
      node: 'deploy.$service',
      attempt: 1,
      failure: failureOf('ConfigurationFailure'),
    });
    expect(run.status('deploy.$rollback')).toBe('SKIPPED');
    expect(run.state.status).toBe('FAILED');
  });

  it('is decided by the nearest level that names its error', () => {
    const graph = graphOf([
      stage(
        's',
        [
          group('g', [step('a', { rules: [on({ type: 'Abort' }, ['Timeout'])] }), step('b')], {
            rules: [on({ type: 'Ignore' }, ['Connectivity'])],
          }),
          step('c'),
        ],
        { rollback: [step('undo')] },
      ),
    ]);
    const run = started(graph);
    run.fail('s.g.a', 'Connectivity');
    expect(run.status('s.g.a')).toBe('IGNORE_FAILED');
    run.fail('s.g.b', 'Authorization');
    expect(run.line()).toBe('s.g.a=IGNORE_FAILED s.g.b=FAILED s.c=NOT_STARTED s.undo=RUNNING');
    expect(describeFailureAction(graph, 's.g.a')).toBe('Stage rollback');
  });

  it('that is ignored lets the stage and the execution succeed', () => {
    const run = started(graphOf([stage('s', [step('a', { rules: [on({ type: 'Ignore' })] }), step('b')])]));
    run.fail('s.a');
    run.finish('s.b');
    expect(run.state.status).toBe('SUCCEEDED');
    expect(run.state.failure).toBeUndefined();
    expect(run.state.nodes['s.a']?.failure).toEqual(failureOf());
  });

  it('with Abort ends everything ABORTED, without rollback', () => {
    const run = started(
      graphOf([
        stage('s', [parallel('p', [step('a', { rules: [on({ type: 'Abort' })] }), step('b')])], {
          rollback: [step('undo')],
        }),
      ]),
    );
    run.fail('s.p.a');
    expect(run.state.status).toBe('DISCONTINUING');
    expect(run.cancelled()).toEqual(['s.p.b']);
    run.finish('s.p.b', { kind: 'cancelled' });
    expect(run.line()).toBe('s.p.a=FAILED s.p.b=ABORTED s.undo=SKIPPED');
    expect(run.state.status).toBe('ABORTED');
    expect(run.state.failure?.node).toBe('s.p.a');
  });

  it('of one parallel branch lets the others end before the rollback begins', () => {
    const run = started(
      graphOf([stage('s', [parallel('p', [step('a'), step('b')])], { rollback: [step('undo')] })]),
    );
    run.fail('s.p.a');
    expect(run.status('s.undo')).toBe('NOT_STARTED');
    run.finish('s.p.b');
    expect(run.status('s.undo')).toBe('RUNNING');
  });
});

describe('a retry', () => {
  const retry = on({ type: 'Retry', retryCount: 3, intervalsMs: [1000, 5000], lastly: 'StageRollback' });

  it('waits the intervals in order, the last one repeating, then does what was asked for', () => {
    const run = started(graphOf([stage('s', [step('a', { rules: [retry] })], { rollback: [step('undo')] })]));
    for (const wait of [1000, 5000, 5000]) {
      run.fail('s.a');
      expect(run.status('s.a')).toBe('TIMED_WAITING');
      run.pass(wait - 1);
      expect(run.status('s.a')).toBe('TIMED_WAITING');
      run.pass(1);
      expect(run.status('s.a')).toBe('RUNNING');
    }
    expect(run.state.nodes['s.a']).toMatchObject({ attempt: 4, retryCount: 3, taskId: 's.a/4' });
    run.fail('s.a');
    expect(run.status('s.a')).toBe('FAILED');
    expect(run.status('s.undo')).toBe('RUNNING');
  });

  it('forgets the former failure when it succeeds, and the late outcome of a former task', () => {
    const run = started(graphOf([stage('s', [step('a', { rules: [retry] })])]));
    run.fail('s.a');
    run.pass(1000);
    const late = {
      type: 'task.finished',
      at: run.now,
      node: 's.a',
      taskId: 's.a/1',
      outcome: { kind: 'succeeded', outputs: {} },
    } as const;
    expect(run.apply(late)).toBe('illegal');
    run.finish('s.a');
    expect(run.state.nodes['s.a']?.failure).toBeUndefined();
    expect(run.state.status).toBe('SUCCEEDED');
  });
});

describe('time', () => {
  it('ends a step that is late only when its task has ended, and only then rolls back', () => {
    const run = started(deploy());
    run.finish('deploy.check');
    run.pass(60_000);
    expect(run.status('deploy.rollout')).toBe('DISCONTINUING');
    expect(run.cancelled()).toEqual(['deploy.rollout']);
    expect(run.status('deploy.undo')).toBe('NOT_STARTED');
    run.finish('deploy.rollout', { kind: 'cancelled' });
    expect(run.status('deploy.rollout')).toBe('EXPIRED');
    expect(run.status('deploy.undo')).toBe('RUNNING');
    expect(run.state.failure?.failure).toMatchObject({
      code: 'step.timed_out',
      errorType: 'Timeout',
      message: 'Step rollout did not end within 1m.',
    });
  });

  it('keeps the causes a late task reports in its last words', () => {
    const run = started(deploy());
    run.pass(60_000);
    const observed = {
      ...failureOf(),
      hints: ['Push the tag.'],
      evidence: [{ kind: 'event', text: 'not found' } as const],
    };
    run.finish('deploy.check', { kind: 'failed', failure: observed });
    expect(run.state.nodes['deploy.check']?.failure).toMatchObject({
      code: 'step.timed_out',
      evidence: observed.evidence,
    });
    expect(run.state.nodes['deploy.check']?.failure?.hints[0]).toBe('Push the tag.');
  });

  it('keeps what a stopped task had run into by then', () => {
    const run = started(deploy());
    run.pass(60_000);
    run.finish('deploy.check', { kind: 'cancelled', observed: { ...failureOf(), hints: ['Push the tag.'] } });
    expect(run.state.failure?.failure).toMatchObject({
      code: 'step.timed_out',
      errorType: 'Timeout',
      hints: ['Push the tag.', 'If it needs longer, raise the timeout of the step.'],
    });
  });

  it('hands Timeout to the failure strategy', () => {
    const run = started(
      graphOf([stage('s', [step('a', { rules: [on({ type: 'Ignore' }, ['Timeout'])] }), step('b')])]),
    );
    run.pass(60_000);
    run.finish('s.a', { kind: 'cancelled' });
    expect(run.line()).toBe('s.a=IGNORE_FAILED s.b=RUNNING');
  });

  it('ends a step that is late before it has a task at once', () => {
    const run = simulate(graphOf([stage('s', [step('a')])]));
    run.apply({ type: 'execution.started', at: 0 });
    run.apply({ type: 'time.passed', at: 60_000 });
    expect(run.status('s.a')).toBe('EXPIRED');
    expect(run.apply({ type: 'task.created', at: 60_001, node: 's.a', attempt: 1, taskId: 't' })).toBe(
      'illegal',
    );
  });

  it('ends a stage that is late EXPIRED, after its rollback', () => {
    const graph = graphOf([
      stage('s', [step('a', { timeoutMs: 900_000 })], { timeoutMs: 30_000, rollback: [step('undo')] }),
    ]);
    const run = started(graph);
    run.pass(30_000);
    expect(run.status('s')).toBe('DISCONTINUING');
    run.finish('s.a', { kind: 'cancelled' });
    expect(run.line()).toBe('s.a=EXPIRED s.undo=RUNNING');
    run.pass(30_000);
    expect(run.status('s.undo')).toBe('RUNNING');
    run.finish('s.undo');
    expect(run.status('s')).toBe('EXPIRED');
    expect(run.state.status).toBe('EXPIRED');
    expect(run.state.failure?.failure.code).toBe('stage.timed_out');
  });

  it('ends the execution EXPIRED without rollback when the pipeline is late', () => {
    const run = started(
      graphOf([stage('s', [step('a', { timeoutMs: 900_000 })], { rollback: [step('undo')] })], 30_000),
    );
    run.pass(30_000);
    expect(run.state.status).toBe('DISCONTINUING');
    run.finish('s.a', { kind: 'cancelled' });
    expect(run.line()).toBe('s.a=EXPIRED s.undo=SKIPPED');
    expect(run.state.status).toBe('EXPIRED');
  });

  it('keeps one timer, at or before the next deadline', () => {
    const run = started(
      graphOf([stage('s', [step('a', { timeoutMs: 50_000 }), step('b', { timeoutMs: 10_000 })])]),
    );
    run.finish('s.a');
    const timers = run.effects.flatMap((effect) =>
      effect.type === 'set-timer' ? [effect.at - 1_000_000] : [],
    );
    expect(timers).toEqual([50_000, 10_000]);
  });
});

describe('aborting', () => {
  it('cancels what runs, waits for it, and rolls nothing back', () => {
    const run = started(deploy());
    expect(run.abort()).toBe('applied');
    expect(run.status('deploy.check')).toBe('DISCONTINUING');
    expect(run.abort()).toBe('illegal');
    run.finish('deploy.check');
    expect(run.status('deploy.check')).toBe('ABORTED');
    expect(run.status('deploy')).toBe('ABORTED');
    expect(run.state.status).toBe('ABORTED');
    expect(run.state.abortedBy).toBe('Ada');
  });

  it('ends at once when nothing runs at a delegate', () => {
    const run = simulate(deploy());
    run.apply({ type: 'execution.started', at: 0 });
    run.apply({ type: 'node.resolved', at: 1, node: 'deploy.$service', attempt: 1, outputs: {} });
    run.apply({ type: 'node.resolved', at: 1, node: 'deploy.$infrastructure', attempt: 1, outputs: {} });
    expect(run.status('deploy.$queue')).toBe('RESOURCE_WAITING');
    run.apply({ type: 'interrupt.requested', at: 2, interrupt: 'AbortAll', by: 'Ada' });
    expect(run.state.status).toBe('ABORTED');
    expect(run.effects).toContainEqual({ type: 'release-turn', node: 'deploy.$queue' });
  });

  it('stops a rollback, too', () => {
    const run = started(deploy());
    run.fail('deploy.check');
    run.abort();
    run.finish('deploy.undo', { kind: 'cancelled' });
    expect(run.line()).toBe(
      'deploy.check=FAILED deploy.rollout=SKIPPED deploy.undo=ABORTED deploy.tell=SKIPPED later.after=SKIPPED',
    );
    expect(run.state.status).toBe('ABORTED');
  });

  it('wins over a timeout that waits for its task', () => {
    const run = started(deploy());
    run.pass(60_000);
    run.abort();
    run.finish('deploy.check', { kind: 'cancelled' });
    expect(run.state.status).toBe('ABORTED');
    expect(run.cancelled()).toEqual(['deploy.check']);
    expect(run.state.nodes['deploy.check']?.failure?.code).toBe('step.timed_out');
  });
});

describe('late and repeated messages', () => {
  it('are illegal and change nothing', () => {
    const run = started(deploy());
    const before = run.state;
    expect(run.apply({ type: 'execution.started', at: 5 })).toBe('illegal');
    expect(
      run.apply({ type: 'node.resolved', at: 5, node: 'deploy.$service', attempt: 1, outputs: {} }),
    ).toBe('illegal');
    expect(run.apply({ type: 'task.created', at: 5, node: 'deploy.check', attempt: 1, taskId: 'x' })).toBe(
      'illegal',
    );
    expect(run.apply({ type: 'turn.granted', at: 5, node: 'deploy.$queue' })).toBe('illegal');
    expect(run.apply({ type: 'turn.granted', at: 5, node: 'nowhere' })).toBe('illegal');
    expect(run.state).toBe(before);
  });

  it('let a lost task wait for another delegate', () => {
    const run = started(deploy());
    run.apply({ type: 'task.lost', at: 5, node: 'deploy.check', taskId: 'deploy.check/1' });
    expect(run.status('deploy.check')).toBe('TASK_WAITING');
    expect(run.state.nodes['deploy.check']?.delegate).toBeUndefined();
  });
});

describe('stored events', () => {
  it('fold to the same state', () => {
    const graph = deploy();
    const run = started(graph);
    run.finish('deploy.check');
    run.pass(60_000);
    run.finish('deploy.rollout', { kind: 'cancelled' });
    run.finish('deploy.undo');
    expect(replay(graph, run.events)).toEqual(run.state);
    expect(replay(graph, run.events.slice(1))).toBeNull();
  });
});
