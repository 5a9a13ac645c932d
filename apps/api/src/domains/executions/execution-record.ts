import type { LogSection, Progress } from '@slipway/contracts';
import type { ExecutionState, Graph } from '@slipway/pipeline-core';
import { z } from 'zod';
import type { ExecutionFacts } from './execution-store.ts';
import type { NodeDetails } from './sentences.ts';

/** An execution with all that its view is made of. */
export interface ExecutionRecord {
  readonly facts: ExecutionFacts;
  readonly graph: Graph;
  readonly state: ExecutionState;
  readonly services: readonly string[];
  readonly environments: readonly string[];
  readonly headline: string;
  readonly details: ReadonlyMap<string, RecordDetails>;
}

export interface RecordDetails extends NodeDetails {
  readonly progress?: Progress;
  readonly sections: readonly LogSection[];
}

/** Why each delegate does or does not take a task, as the column `ineligible` keeps it. */
export const DelegateReasonsSchema = z.array(
  z.object({
    delegate: z.string(),
    eligible: z.boolean(),
    reason: z.string(),
    remedy: z.string().optional(),
  }),
);
