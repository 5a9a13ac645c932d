import { effectTypes } from '@slipway/pipeline-core';
import type { Effect } from '@slipway/pipeline-core';
import { z } from 'zod';
import type { JobHandlers } from '../platform/jobs.ts';
import { applyEvent, carryOut } from './execution-effects.ts';
import type { EffectParts } from './execution-effects.ts';

const TurnJobSchema = z.object({ executionId: z.string(), node: z.string() });
const TimerJobSchema = z.object({ executionId: z.string() });
const EffectsJobSchema = z.object({
  executionId: z.string(),
  effects: z.array(z.looseObject({ type: z.enum(effectTypes) })),
});

/** The jobs that move executions on. */
export function createExecutionJobs(parts: EffectParts): JobHandlers {
  return {
    'execution.effects': async (payload, context) => {
      const { executionId, effects } = EffectsJobSchema.parse(payload);
      // Written by execution-session.ts from effects of the transition.
      await carryOut(parts, { executionId, effects: effects as unknown as Effect[] }, context);
    },
    'execution.timer': async (payload) => {
      const { executionId } = TimerJobSchema.parse(payload);
      await applyEvent(parts, executionId, { type: 'time.passed', at: parts.now() });
    },
    'deployment.turn': async (payload) => {
      const { executionId, node } = TurnJobSchema.parse(payload);
      await applyEvent(parts, executionId, { type: 'turn.granted', at: parts.now(), node });
    },
  };
}
