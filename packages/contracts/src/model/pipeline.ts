import { z } from 'zod';
import { IdentifierSchema, NameSchema } from '../ids.ts';
import { TagsSchema, documentFields } from './document-fields.ts';
import { ReferenceOrExpressionSchema } from './reference-schema.ts';
import { SelectorsSchema } from './selectors.ts';
import { VariablesSchema } from './variable.ts';
import { durationSchema } from './duration.ts';
import { FailureStrategiesSchema } from './failure-strategy.ts';
import { StepSchema } from './steps.ts';
import { unsupported } from './unsupported.ts';

/** One entry of `steps`: a step. Groups and parallel entries are the same list one level deeper. */
const ExecutionItemSchema = z.strictObject({
  step: StepSchema,
  parallel: unsupported('Parallel steps are not supported yet.'),
  stepGroup: unsupported('Step groups are not supported yet.'),
});

const StageServiceSchema = z.strictObject({
  serviceRef: ReferenceOrExpressionSchema,
  serviceInputs: unsupported('Service inputs are not supported yet.'),
  useFromStage: unsupported('useFromStage is not supported yet.'),
});

const StageEnvironmentSchema = z.strictObject({
  environmentRef: ReferenceOrExpressionSchema,
  deployToAll: z
    .literal(false, { error: 'deployToAll is not supported yet; name one infrastructure.' })
    .optional(),
  infrastructureDefinitions: z
    .array(
      z.strictObject({
        identifier: z.string().min(1),
        inputs: unsupported('Infrastructure inputs are not supported yet.'),
      }),
    )
    .length(1, 'Name exactly one infrastructure definition.'),
  environmentInputs: unsupported('Environment inputs are not supported yet.'),
  serviceOverrideInputs: unsupported('Service override inputs are not supported yet.'),
  provisioner: unsupported('Dynamic provisioning is not supported yet.'),
});

export const DeploymentStageSchema = z.strictObject({
  name: NameSchema,
  identifier: IdentifierSchema,
  description: z.string().nullish(),
  tags: TagsSchema.nullish(),
  type: z.literal('Deployment', { error: 'Only Deployment stages are supported yet.' }),
  variables: VariablesSchema.optional(),
  timeout: durationSchema(10_000).optional(),
  delegateSelectors: SelectorsSchema.nullish(),
  failureStrategies: FailureStrategiesSchema.nullish().describe('AllErrors to StageRollback when left out'),
  when: unsupported('Conditions on a stage are not supported yet.', [{ pipelineStatus: 'Success' }]),
  strategy: unsupported('Looping is not supported yet.'),
  skipCondition: unsupported('skipCondition is not supported.'),
  skipInstances: unsupported('skipInstances is not supported.'),
  spec: z.strictObject({
    deploymentType: z.literal('Kubernetes'),
    service: StageServiceSchema,
    environment: StageEnvironmentSchema,
    services: unsupported('Several services in one stage are not supported yet.'),
    environments: unsupported('Several environments in one stage are not supported yet.'),
    environmentGroup: unsupported('Environment groups are not supported yet.'),
    execution: z.strictObject({
      steps: z.array(ExecutionItemSchema).min(1, 'A stage needs at least one step.').max(500),
      rollbackSteps: z.array(ExecutionItemSchema).max(500).nullish(),
    }),
    deploymentMetadata: unsupported('deploymentMetadata is not supported.'),
    gitOpsEnabled: unsupported('GitOps is not supported.'),
  }),
});
export type DeploymentStage = z.infer<typeof DeploymentStageSchema>;

export const PipelineSchema = z
  .strictObject({
    ...documentFields,
    timeout: durationSchema(10_000).optional(),
    allowStageExecutions: z.boolean().optional(),
    fixedInputsOnRerun: z.boolean().optional(),
    delegateSelectors: SelectorsSchema.nullish(),
    variables: VariablesSchema.optional(),
    flowControl: unsupported('Barriers are not supported yet.', [{ barriers: [] }]),
    notificationRules: unsupported('Notifications are not supported yet.'),
    properties: unsupported('CI properties are not supported.', [{ ci: {} }]),
    template: unsupported('Pipeline templates are not supported yet.'),
    stages: z
      .array(
        z.strictObject({
          stage: DeploymentStageSchema,
          parallel: unsupported('Parallel stages are not supported yet.'),
        }),
      )
      .min(1, 'A pipeline needs at least one stage.')
      .max(100),
  })
  .superRefine((pipeline, context) => {
    const stages = new Set<string>();
    for (const [index, { stage }] of pipeline.stages.entries()) {
      const path = ['stages', index, 'stage'];
      if (stages.has(stage.identifier)) {
        context.addIssue({
          code: 'custom',
          path: [...path, 'identifier'],
          message: `Another stage is already called ${stage.identifier}.`,
        });
      }
      stages.add(stage.identifier);
      const steps = new Set<string>();
      for (const list of ['steps', 'rollbackSteps'] as const) {
        for (const [position, { step }] of (stage.spec.execution[list] ?? []).entries()) {
          if (steps.has(step.identifier)) {
            context.addIssue({
              code: 'custom',
              path: [...path, 'spec', 'execution', list, position, 'step', 'identifier'],
              message: `Another step of this stage is already called ${step.identifier}.`,
            });
          }
          steps.add(step.identifier);
        }
      }
    }
  });
export type Pipeline = z.infer<typeof PipelineSchema>;

export const PipelineDocumentSchema = z.strictObject({ pipeline: PipelineSchema });
