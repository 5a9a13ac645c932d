import type { LogSection, Progress } from '@slipway/contracts';
import type { ExecutionState, Graph } from '@slipway/pipeline-core';
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
