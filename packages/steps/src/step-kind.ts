import type {
  ClusterAccess,
  ErrorType,
  Failure,
  ReleaseOwner,
  RollingDeployTask,
  StepType,
  TaskKind,
  TaskSpec,
} from '@slipway/contracts';
import type { Scope, Value } from '@slipway/expressions';
import { defaultStepTimeoutMs } from '@slipway/pipeline-core';
import type { z } from 'zod';

/** What an output of a step is called in expressions, after `<+execution.steps.ID.output.`, and what it holds. */
export interface StepOutput {
  readonly name: string;
  readonly description: string;
}

/** The cluster side of a stage: known once its service and infrastructure are resolved. */
export interface ClusterTarget {
  readonly access: ClusterAccess;
  readonly namespace: string;
  readonly releaseName: string;
  readonly owner: ReleaseOwner;
}

/** What a stage's service brings into the cluster. */
export interface ServiceManifests {
  readonly files: RollingDeployTask['manifests'];
  readonly skipResourceVersioning: boolean;
}

/** All that a step may need to know to become a task, besides its own spec. */
export interface TaskInputs {
  /** Dotted path of the step in the pipeline, such as `stages.deploy.spec.execution.steps.rollout`. */
  readonly place: string;
  /** What expressions in files of the step see. */
  readonly scope: Scope;
  /** The handle (`scopeKey:identifier`) of a secret, from its reference as the pipeline writes it. */
  readonly handleOf: (reference: string) => string;
  readonly step: RollingDeployTask['step'];
  /** Absent outside of a stage that deploys. */
  readonly target?: ClusterTarget;
  readonly manifests?: ServiceManifests;
  /** Successful releases that are kept. */
  readonly retention: number;
  /** The node of the K8sRollingDeploy step that ran in this stage. */
  readonly deployNode?: string;
  /** Contents of the files of the file store that `filesOf` named, by reference. */
  readonly files: ReadonlyMap<string, string>;
}

export type TaskRequest =
  | {
      readonly ok: true;
      readonly task: TaskSpec;
      /** Handles of all secrets that the delegate may ask for while it holds the task, each once. */
      readonly secrets: readonly string[];
    }
  | { readonly ok: false; readonly failure: Failure };

/** A kind of step: what may be written, and what a delegate is asked to do for it. */
export interface StepKind {
  readonly type: StepType;
  readonly name: string;
  readonly description: string;
  /** Checks `spec`, as it is written and again once its expressions are resolved. */
  readonly spec: z.ZodType;
  readonly defaultTimeoutMs: number;
  readonly minimumTimeoutMs: number;
  /** What a delegate must be able to do. */
  readonly capability: TaskKind;
  /** Works on the cluster of its stage. */
  readonly needsCluster: boolean;
  /** May be done again by another delegate when one is lost. */
  readonly repeatable: boolean;
  /** Error types that it can end with, for failure strategies. */
  readonly errorTypes: readonly ErrorType[];
  /** The sections of its log, in order; some appear only when there is something to do. */
  readonly sections: readonly string[];
  readonly outputs: readonly StepOutput[];
  /** References of the files of the file store that a resolved spec needs. */
  readonly filesOf: (spec: Value) => readonly string[];
  /** The task for a resolved and checked spec. */
  readonly toTask: (spec: Value, inputs: TaskInputs) => TaskRequest;
}

/** What kinds have in common unless they say otherwise. */
export const commonTimeouts = { defaultTimeoutMs: defaultStepTimeoutMs, minimumTimeoutMs: 10_000 } as const;
