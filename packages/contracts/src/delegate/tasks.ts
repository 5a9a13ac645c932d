import { z } from 'zod';
import { ConnectionTestStepSchema } from '../http/connection-tests.ts';
import { ReleaseRefSchema } from '../http/executions.ts';
import { CauseSchema, FailureSchema } from '../model/failure.ts';

/** Names a secret the control plane keeps; the delegate asks for its value while it holds the task. Plain text never travels in a task. */
export const SecretHandleSchema = z.object({
  secret: z.string().describe('scopeKey:identifier, such as project/default/default:token'),
});
export type SecretHandle = z.infer<typeof SecretHandleSchema>;

/** Text with holes where secrets go. */
export const SecretTextSchema = z.object({
  parts: z.array(z.union([z.object({ text: z.string() }), SecretHandleSchema])),
});
export type SecretText = z.infer<typeof SecretTextSchema>;

/** How a task reaches its cluster. */
export const ClusterAccessSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('inherit') }),
  z.object({
    type: z.literal('manual'),
    masterUrl: z.string(),
    auth: z.discriminatedUnion('type', [
      z.object({
        type: z.literal('ServiceAccount'),
        token: SecretHandleSchema,
        caCert: SecretHandleSchema.optional(),
      }),
      z.object({
        type: z.literal('ClientKeyCert'),
        cert: SecretHandleSchema,
        key: SecretHandleSchema,
        passphrase: SecretHandleSchema.optional(),
        caCert: SecretHandleSchema.optional(),
      }),
    ]),
  }),
]);
export type ClusterAccess = z.infer<typeof ClusterAccessSchema>;

export const ManifestFileSchema = z.object({ path: z.string(), content: z.string() });

/** Who a release belongs to: any other claimant of its name is refused. */
export const ReleaseOwnerSchema = z.object({
  installation: z.string(),
  service: z.string(),
  environment: z.string(),
  infrastructure: z.string(),
});
export type ReleaseOwner = z.infer<typeof ReleaseOwnerSchema>;

/** Which step of which execution does it: a repeat after a crash finds its own release by this. */
export const StepIdentitySchema = z.object({
  executionId: z.string(),
  node: z.string(),
  pipeline: z.string(),
  sequence: z.int(),
  startedBy: z.string(),
});

const clusterStep = {
  access: ClusterAccessSchema,
  namespace: z.string(),
  releaseName: z.string(),
  owner: ReleaseOwnerSchema,
  step: StepIdentitySchema,
} as const;

export const RollingDeployTaskSchema = z.object({
  ...clusterStep,
  manifests: z.array(ManifestFileSchema),
  skipDryRun: z.boolean(),
  pruningEnabled: z.boolean(),
  forceConflicts: z.boolean(),
  skipResourceVersioning: z.boolean(),
  retention: z.int().min(1).describe('Successful releases kept'),
});
export type RollingDeployTask = z.infer<typeof RollingDeployTaskSchema>;

export const RollingRollbackTaskSchema = z.object({
  ...clusterStep,
  deployNode: z
    .string()
    .optional()
    .describe(
      'Node of the K8sRollingDeploy step to undo; absent when none ran: the task says so and succeeds',
    ),
  pruningEnabled: z.boolean(),
});
export type RollingRollbackTask = z.infer<typeof RollingRollbackTaskSchema>;

export const ShellScriptTaskSchema = z.object({
  shell: z.enum(['Bash', 'Sh']),
  script: SecretTextSchema,
  environment: z.record(z.string(), SecretTextSchema),
  outputs: z.array(z.object({ name: z.string(), variable: z.string(), secret: z.boolean() })),
});
export type ShellScriptTask = z.infer<typeof ShellScriptTaskSchema>;

export const ConnectionTestTaskSchema = z.object({
  access: ClusterAccessSchema,
  skipDefaultNamespace: z.boolean(),
});
export const NamespaceCheckTaskSchema = z.object({ access: ClusterAccessSchema, namespace: z.string() });

/** Task kinds with their payloads. `repeatable` ones may be handed to another instance: doing them again changes nothing. */
export const taskKinds = {
  'rolling-deploy': { payload: RollingDeployTaskSchema, repeatable: true },
  'rolling-rollback': { payload: RollingRollbackTaskSchema, repeatable: true },
  'shell-script': { payload: ShellScriptTaskSchema, repeatable: false },
  'connection-test': { payload: ConnectionTestTaskSchema, repeatable: true },
  'namespace-check': { payload: NamespaceCheckTaskSchema, repeatable: true },
} as const;
export type TaskKind = keyof typeof taskKinds;
export const TaskKindSchema = z.enum(Object.keys(taskKinds) as [TaskKind, ...TaskKind[]]);

export const TaskSpecSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rolling-deploy'), payload: RollingDeployTaskSchema }),
  z.object({ kind: z.literal('rolling-rollback'), payload: RollingRollbackTaskSchema }),
  z.object({ kind: z.literal('shell-script'), payload: ShellScriptTaskSchema }),
  z.object({ kind: z.literal('connection-test'), payload: ConnectionTestTaskSchema }),
  z.object({ kind: z.literal('namespace-check'), payload: NamespaceCheckTaskSchema }),
]);
export type TaskSpec = z.infer<typeof TaskSpecSchema>;

/** What a release put into the cluster, for the index in Postgres: no manifest, no secret value. */
export const ReleaseReportSchema = ReleaseRefSchema.extend({
  status: z.enum(['in-progress', 'succeeded', 'failed', 'rolled-back']),
  inventory: z.array(
    z.object({
      apiVersion: z.string(),
      kind: z.string(),
      namespace: z.string().optional(),
      name: z.string(),
      uid: z.string().optional(),
      action: z.string().optional(),
      hash: z.string().optional(),
    }),
  ),
  images: z.array(z.string()),
});
export type ReleaseReport = z.infer<typeof ReleaseReportSchema>;

export const TaskResultSchema = z.object({
  connectionTest: z.object({ steps: z.array(ConnectionTestStepSchema) }).optional(),
  namespace: z
    .object({ verdict: z.enum(['usable', 'absent', 'forbidden', 'unknown']), cause: CauseSchema.optional() })
    .optional(),
  releases: z.array(ReleaseReportSchema).optional(),
});

/** How a task ended. A failure is a verdict about the outside world; `errored` is a fault of the delegate's own. */
export const TaskOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('succeeded'),
    outputs: z.record(z.string(), z.unknown()),
    secretOutputs: z.array(z.string()).optional(),
    result: TaskResultSchema.optional(),
  }),
  z.object({
    kind: z.literal('failed'),
    failure: FailureSchema,
    outputs: z.record(z.string(), z.unknown()).optional(),
    result: TaskResultSchema.optional(),
  }),
  z.object({ kind: z.literal('cancelled'), result: TaskResultSchema.optional() }),
]);
export type TaskOutcome = z.infer<typeof TaskOutcomeSchema>;
