import { z } from 'zod';
import { CauseSchema, FailureSchema, ObjectRefSchema } from '../model/failure.ts';
import { StatusSchema } from '../model/status.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import { ActorRefSchema, ScopeRefSchema, TimestampSchema } from './view-fields.ts';
import { route } from './route.ts';

/** What a node waits for, since when, until when, and who can unblock it. */
export const WaitingForSchema = z.object({
  what: z.string().describe('A sentence: Waiting for Deployment web: 1 of 3 pods ready'),
  since: TimestampSchema,
  until: TimestampSchema.optional(),
  unblockedBy: z.string().optional(),
  delegates: z
    .array(
      z.object({
        delegate: z.string(),
        eligible: z.boolean(),
        reason: z.string(),
        remedy: z.string().optional(),
      }),
    )
    .optional()
    .describe('When no delegate fits: why not, one by one'),
  queue: z
    .array(z.object({ executionId: z.string(), pipeline: z.string(), sequence: z.int(), position: z.int() }))
    .optional(),
});
export type WaitingFor = z.infer<typeof WaitingForSchema>;

/** An object in the cluster as the step sees it now; `parent` makes the tree. */
export const ObjectStatusSchema = z.object({
  id: z.string().describe('UID, or apiVersion/kind/namespace/name before it exists'),
  parent: z.string().optional(),
  ref: ObjectRefSchema,
  status: z.enum(['current', 'in-progress', 'failed', 'terminating', 'not-found', 'unknown']),
  summary: z.string().describe('3/3, ImagePullBackOff, created, unchanged'),
  message: z.string().optional(),
});
export type ObjectStatus = z.infer<typeof ObjectStatusSchema>;

export const ReleaseRefSchema = z.object({
  name: z.string(),
  number: z.int(),
  previousSuccessful: z.int().optional(),
  namespace: z.string(),
});

export const ProgressSchema = z.object({
  sentence: z.string(),
  causes: z.array(CauseSchema).describe('Seen so far, also while the step still runs'),
  objects: z.array(ObjectStatusSchema).max(2000),
  release: ReleaseRefSchema.optional(),
});
export type Progress = z.infer<typeof ProgressSchema>;

export const LogSectionSchema = z.object({
  name: z
    .string()
    .describe('Fetch Files, Initialize, Prepare, Apply, Wait for Steady State, Wrap Up, Prune, Execute'),
  status: z.enum(['running', 'succeeded', 'failed', 'skipped']),
  startedAt: TimestampSchema,
  endedAt: TimestampSchema.optional(),
  lines: z.int(),
  truncated: z.boolean(),
});
export type LogSection = z.infer<typeof LogSectionSchema>;

export const ExecutionNodeSchema = z
  .object({
    node: z.string().describe('Identifier path: deploy, deploy.rollout'),
    identifier: z.string(),
    name: z.string(),
    kind: z.enum([
      'stage',
      'service',
      'infrastructure',
      'queue',
      'step',
      'step-group',
      'parallel',
      'rollback',
    ]),
    type: z.string().optional().describe('Of a step: K8sRollingDeploy; of a stage: Deployment'),
    status: StatusSchema,
    startedAt: TimestampSchema.optional(),
    endedAt: TimestampSchema.optional(),
    deadlineAt: TimestampSchema.optional(),
    attempt: z.int(),
    retryCount: z.int(),
    delegate: z.object({ name: z.string(), instance: z.string() }).optional(),
    outputs: z.record(z.string(), z.unknown()).optional(),
    waitingFor: WaitingForSchema.optional(),
    failure: FailureSchema.optional(),
    progress: ProgressSchema.optional(),
    sections: z.array(LogSectionSchema),
    onFailure: z.string().optional().describe('What its failure strategy does: Stage rollback'),
    get children() {
      return z.array(ExecutionNodeSchema);
    },
  })
  .meta({ id: 'ExecutionNode' });
export type ExecutionNode = z.infer<typeof ExecutionNodeSchema>;

export const ExecutionSummarySchema = z
  .object({
    executionId: z.string(),
    sequence: z.int(),
    pipeline: z.object({ identifier: z.string(), name: z.string() }),
    scope: ScopeRefSchema,
    status: StatusSchema,
    headline: z.string().describe('One sentence: Waiting for Deployment web: 1 of 3 pods ready'),
    stages: z.array(z.object({ identifier: z.string(), name: z.string(), status: StatusSchema })),
    services: z.array(z.string()),
    environments: z.array(z.string()),
    trigger: z.object({
      type: z.enum(['MANUAL', 'API', 'RERUN']),
      by: ActorRefSchema,
      notes: z.string().optional(),
      rerunOf: z.string().optional(),
    }),
    createdAt: TimestampSchema,
    startedAt: TimestampSchema.optional(),
    endedAt: TimestampSchema.optional(),
    failure: FailureSchema.optional(),
  })
  .meta({ id: 'ExecutionSummary' });
export type ExecutionSummary = z.infer<typeof ExecutionSummarySchema>;

export const ExecutionViewSchema = ExecutionSummarySchema.extend({
  nodes: z.array(ExecutionNodeSchema).describe('Stages, in order; their steps are their children'),
  version: z.int(),
  allowedActions: z.object({ abort: z.boolean(), rerun: z.boolean() }),
}).meta({ id: 'Execution' });
export type ExecutionView = z.infer<typeof ExecutionViewSchema>;

/** One line of a step's log, already masked. */
export const LogLineSchema = z.object({
  node: z.string(),
  section: z.string(),
  n: z.int().describe('Number in its section, from 1'),
  at: TimestampSchema,
  level: z.enum(['info', 'warn', 'error', 'debug']),
  text: z.string(),
});
export type LogLine = z.infer<typeof LogLineSchema>;

export const StartExecutionBodySchema = z
  .strictObject({
    inputs: z.record(z.string(), z.unknown()).optional(),
    inputSetRefs: z.array(z.string()).optional(),
    stages: z.array(z.string()).optional(),
    notes: z.string().max(4096).optional(),
    rerunOf: z
      .string()
      .optional()
      .describe('Execution whose run this repeats, with the pipeline as it is now'),
  })
  .meta({ id: 'StartExecution' });

export const interruptTypes = ['AbortAll'] as const;
export const InterruptBodySchema = z
  .strictObject({ type: z.string().describe('AbortAll'), node: z.string().optional() })
  .meta({ id: 'Interrupt' });

const ExecutionParams = z.object({ executionId: z.string() });
const base = { scope: 'P', tag: 'executions' } as const;

export const executionRoutes = {
  start: route({
    ...base,
    operationId: 'startExecution',
    method: 'POST',
    path: '/pipelines/:identifier/executions',
    summary: 'Run a pipeline',
    idempotent: true,
    permission: 'core_pipeline_execute',
    params: z.object({ identifier: z.string() }),
    body: StartExecutionBodySchema,
    responses: { 201: z.object({ executionId: z.string() }) },
  }),
  list: route({
    ...base,
    operationId: 'listExecutions',
    method: 'GET',
    path: '/executions',
    summary: 'Executions, the newest first',
    permission: 'core_pipeline_view',
    query: PageQuerySchema.extend({
      pipeline: z.string().optional(),
      status: z.string().optional().describe('Statuses, separated by commas'),
      service: z.string().optional(),
      environment: z.string().optional(),
    }),
    responses: { 200: pageOf(ExecutionSummarySchema) },
  }),
  get: route({
    ...base,
    operationId: 'getExecution',
    method: 'GET',
    path: '/executions/:executionId',
    summary: 'One execution with its nodes',
    permission: 'core_pipeline_view',
    params: ExecutionParams,
    responses: { 200: ExecutionViewSchema },
  }),
  logs: route({
    ...base,
    operationId: 'getExecutionLogs',
    method: 'GET',
    path: '/executions/:executionId/logs',
    summary: 'Log of a node: text, or NDJSON with Accept: application/x-ndjson',
    permission: 'core_pipeline_view',
    params: ExecutionParams,
    query: z.object({
      node: z.string().optional(),
      section: z.string().optional(),
      after: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .describe('Only lines after this number; needs node and section'),
      limit: z.coerce.number().int().min(1).max(100_000).default(10_000),
    }),
    produces: ['text/plain', 'application/x-ndjson'],
    responses: { 200: z.string() },
  }),
  yaml: route({
    ...base,
    operationId: 'getExecutionYaml',
    method: 'GET',
    path: '/executions/:executionId/yaml',
    summary: 'The pipeline as this execution ran it',
    permission: 'core_pipeline_view',
    params: ExecutionParams,
    produces: ['application/yaml'],
    responses: { 200: z.string() },
  }),
  interrupt: route({
    ...base,
    operationId: 'interruptExecution',
    method: 'POST',
    path: '/executions/:executionId/interrupts',
    summary: 'Abort an execution',
    permission: 'core_pipeline_abort',
    params: ExecutionParams,
    body: InterruptBodySchema,
    responses: { 202: z.object({ accepted: z.literal(true) }) },
  }),
};
