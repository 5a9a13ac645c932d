import { z } from 'zod';
import { NameSchema } from '../ids.ts';
import { IdentifierSchema } from '../ids.ts';
import { SelectorsSchema } from './selectors.ts';
import { VariableSchema } from './variable.ts';
import { durationSchema } from './duration.ts';
import { FailureStrategiesSchema } from './failure-strategy.ts';
import { FilePathReferenceSchema } from './service.ts';
import { unsupported } from './unsupported.ts';

const stepFields = {
  name: NameSchema,
  identifier: IdentifierSchema,
  description: z.string().nullish(),
  timeout: durationSchema(10_000).optional().describe('10m when left out'),
  failureStrategies: FailureStrategiesSchema.nullish(),
  when: unsupported('Conditions on a step are not supported yet.', [{ stageStatus: 'Success' }]),
  strategy: unsupported('Looping is not supported yet.'),
  enforce: unsupported('Policies are not supported yet.'),
} as const;

const commandFlags = unsupported(
  'Command flags are not supported: Slipway applies server-side without kubectl.',
);

export const RollingDeploySpecSchema = z.strictObject({
  skipDryRun: z.boolean().optional(),
  pruningEnabled: z.boolean().optional(),
  forceConflicts: z.boolean().optional().describe('Take fields that another manager owns'),
  commandFlags,
  delegateSelectors: SelectorsSchema.nullish(),
});
export type RollingDeploySpec = z.infer<typeof RollingDeploySpecSchema>;

export const RollingRollbackSpecSchema = z.strictObject({
  pruningEnabled: z.boolean().optional(),
  skipDryRun: z.boolean().optional(),
  commandFlags,
  delegateSelectors: SelectorsSchema.nullish(),
});
export type RollingRollbackSpec = z.infer<typeof RollingRollbackSpecSchema>;

const shellName = /^[a-zA-Z_][0-9a-zA-Z_]{0,127}$/;
const ShellVariableSchema = VariableSchema.extend({
  name: z
    .string()
    .regex(shellName, 'A shell variable starts with a letter or _ and holds letters, digits and _.'),
});

export const ShellScriptSpecSchema = z.strictObject({
  shell: z.enum(['Bash', 'Sh'], { error: 'Bash and Sh are supported; PowerShell is not.' }).optional(),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('Inline'), spec: z.strictObject({ script: z.string().max(262_144) }) }),
    z.strictObject({ type: z.literal('Harness'), spec: z.strictObject({ file: FilePathReferenceSchema }) }),
  ]),
  onDelegate: z
    .literal(true, { error: 'Scripts run on the delegate; other hosts are not supported.' })
    .optional(),
  executionTarget: unsupported('Scripts run on the delegate; other hosts are not supported.'),
  environmentVariables: z.array(ShellVariableSchema).optional(),
  outputVariables: z.array(VariableSchema).optional().describe('`value` names the shell variable to read'),
  outputAlias: unsupported('outputAlias is not supported yet.'),
  includeInfraSelectors: z.boolean().optional(),
  delegateSelectors: SelectorsSchema.nullish(),
});
export type ShellScriptSpec = z.infer<typeof ShellScriptSpecSchema>;

export const StepSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ ...stepFields, type: z.literal('K8sRollingDeploy'), spec: RollingDeploySpecSchema }),
    z.strictObject({ ...stepFields, type: z.literal('K8sRollingRollback'), spec: RollingRollbackSpecSchema }),
    z.strictObject({ ...stepFields, type: z.literal('ShellScript'), spec: ShellScriptSpecSchema }),
  ],
  { error: 'This step type is not supported yet; K8sRollingDeploy, K8sRollingRollback and ShellScript are.' },
);
export type Step = z.infer<typeof StepSchema>;
export type StepType = Step['type'];
