import { displayName, keyOf } from './identity.ts';
import type { Plan, PlanProblem } from './plan/rolling.ts';
import type { PruneCandidate } from './prune.ts';
import { stageGates } from './ordering.ts';

/** Contradictions in a plan: none in a plan that our planner makes, so each is a fault worth stopping for. */
export function checkPlan(plan: Plan, prunes: readonly PruneCandidate[] = []): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const seen = new Set<string>();
  const contradiction = (object: PlanProblem['object'], message: string): void => {
    problems.push({ code: 'plan.contradiction', object, message });
  };
  for (const item of plan.objects) {
    const key = keyOf(item.address);
    if (seen.has(key)) contradiction(item.address, `${displayName(item.address)} is in the plan twice.`);
    seen.add(key);
    if (key !== item.key)
      contradiction(item.address, `${displayName(item.address)} is planned under another key.`);
    if (!(item.stage in stageGates))
      contradiction(item.address, `${displayName(item.address)} is in no stage.`);
    if (item.action === 'create' && (item.takeOver || item.holdReplicas)) {
      contradiction(item.address, `${displayName(item.address)} is new, yet has fields to take over.`);
    }
  }
  for (const prune of prunes) {
    if (seen.has(keyOf(prune))) contradiction(prune, `${displayName(prune)} is both applied and pruned.`);
  }
  return problems;
}
