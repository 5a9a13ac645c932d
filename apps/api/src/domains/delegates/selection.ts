import type { TaskKind } from '@slipway/contracts';

/** What the choice looks at. Only delegates in scope are handed in: what is in other scopes is nobody's business. */
export interface DelegateCandidate {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly instances: readonly InstanceCandidate[];
}

export interface InstanceCandidate {
  readonly id: string;
  readonly instanceId: string;
  readonly gatewayId: string | null;
  /** Has a socket and a recent heartbeat. */
  readonly connected: boolean;
  readonly draining: boolean;
  readonly incompatible: string | null;
  readonly capabilities: readonly string[];
  readonly capacity: number;
  /** Tasks offered to it or run by it. */
  readonly busy: number;
  readonly lastHeartbeatAt: Date | null;
}

export interface SelectionQuestion {
  readonly kind: TaskKind;
  readonly selectors: readonly string[];
  /** Who last worked for the same connector. */
  readonly preferredDelegateId?: string | undefined;
  /** An instance that was offered the task and did not claim it: taken only when there is no other. */
  readonly unresponsive?: string | undefined;
}

/** Why a delegate is or is not eligible, in a sentence, and what would make it so. */
export interface DelegateVerdict {
  readonly delegate: string;
  readonly eligible: boolean;
  readonly reason: string;
  readonly remedy?: string | undefined;
}

export interface Selection {
  /** Instances that may be offered the task now, the best first. */
  readonly ranked: readonly InstanceCandidate[];
  readonly verdicts: readonly DelegateVerdict[];
  /** Somebody has the tags and has been connected once: it may come back any moment. */
  readonly conceivable: boolean;
}

/** Decides who may do a task, who should, and says of each delegate why. */
export function selectDelegates(
  candidates: readonly DelegateCandidate[],
  question: SelectionQuestion,
): Selection {
  const ranked: { instance: InstanceCandidate; preferred: boolean; unresponsive: boolean; load: number }[] =
    [];
  for (const delegate of candidates) {
    if (missingTags(delegate, question.selectors).length > 0) continue;
    for (const instance of delegate.instances) {
      if (problemOf(instance, question.kind) !== undefined || instance.busy >= instance.capacity) continue;
      ranked.push({
        instance,
        preferred: delegate.id === question.preferredDelegateId,
        unresponsive: instance.id === question.unresponsive,
        load: instance.busy / instance.capacity,
      });
    }
  }
  ranked.sort(
    (left, right) =>
      Number(left.unresponsive) - Number(right.unresponsive) ||
      Number(right.preferred) - Number(left.preferred) ||
      left.load - right.load ||
      left.instance.id.localeCompare(right.instance.id),
  );
  return {
    ranked: ranked.map(({ instance }) => instance),
    verdicts: candidates.map((delegate) => verdictOf(delegate, question)),
    conceivable: candidates.some(
      (delegate) => delegate.instances.length > 0 && missingTags(delegate, question.selectors).length === 0,
    ),
  };
}

function missingTags(delegate: DelegateCandidate, selectors: readonly string[]): string[] {
  const tags = new Set([delegate.name, ...delegate.tags]);
  return selectors.filter((selector) => !tags.has(selector));
}

interface Problem {
  readonly reason: string;
  readonly remedy: string;
}

function problemOf(instance: InstanceCandidate, kind: TaskKind): Problem | undefined {
  if (!instance.connected) {
    const since = instance.lastHeartbeatAt === null ? '' : ` since ${instance.lastHeartbeatAt.toISOString()}`;
    return {
      reason: `is not connected${since}`,
      remedy: 'Start it, and look at its log if it does not connect.',
    };
  }
  if (instance.incompatible !== null) {
    return {
      reason: `takes no tasks: ${instance.incompatible}`,
      remedy: 'Bring the delegate to the version of the control plane.',
    };
  }
  if (instance.draining) {
    return {
      reason: 'is shutting down and takes no more tasks',
      remedy: 'Wait until it is back, or start another instance.',
    };
  }
  if (!instance.capabilities.includes(kind)) {
    return {
      reason: `cannot do ${kind} tasks`,
      remedy: 'Bring the delegate to the version of the control plane.',
    };
  }
  return undefined;
}

function verdictOf(delegate: DelegateCandidate, { kind, selectors }: SelectionQuestion): DelegateVerdict {
  const missing = missingTags(delegate, selectors);
  if (missing.length > 0) {
    const tags = missing.map((tag) => `"${tag}"`).join(', ');
    return {
      delegate: delegate.name,
      eligible: false,
      reason: missing.length === 1 ? `does not have the tag ${tags}` : `does not have the tags ${tags}`,
      remedy: `Add the tag to SLIPWAY_DELEGATE_TAGS of ${delegate.name}, or remove it from the delegate selectors.`,
    };
  }
  if (delegate.instances.length === 0) {
    return { delegate: delegate.name, eligible: false, reason: 'has never connected', remedy: 'Start it.' };
  }
  const problems = delegate.instances.map((instance) => ({ instance, problem: problemOf(instance, kind) }));
  const fit = problems.filter(({ problem }) => problem === undefined);
  if (fit.length === 0) {
    // The instance that is nearest to being fit says most.
    const best = problems.find(({ instance }) => instance.connected) ?? problems[0];
    return { delegate: delegate.name, eligible: false, ...(best?.problem ?? { reason: 'is not connected' }) };
  }
  const free = fit.filter(({ instance }) => instance.busy < instance.capacity);
  if (free.length > 0) return { delegate: delegate.name, eligible: true, reason: 'is eligible' };
  const capacity = fit.reduce((sum, { instance }) => sum + instance.capacity, 0);
  return {
    delegate: delegate.name,
    eligible: true,
    reason: `is busy with ${capacity} of ${capacity} tasks; the task waits for its turn`,
    remedy: 'Wait, start another instance, or raise SLIPWAY_DELEGATE_CAPACITY.',
  };
}
