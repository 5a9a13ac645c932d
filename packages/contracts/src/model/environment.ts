import { z } from 'zod';
import { documentFields } from './document-fields.ts';
import { ReferenceOrExpressionSchema, ReferenceSchema } from './reference-schema.ts';
import { VariablesSchema } from './variable.ts';
import { hasExpression } from './duration.ts';
import { unsupported } from './unsupported.ts';

export { defaultReleaseName } from './release-name.ts';

export const EnvironmentSchema = z.strictObject({
  ...documentFields,
  type: z.enum(['PreProduction', 'Production']),
  variables: VariablesSchema.optional(),
  overrides: unsupported('Overrides in an environment are not supported yet.', [
    { manifests: [] },
    { manifests: [], configFiles: [] },
  ]),
});
export type Environment = z.infer<typeof EnvironmentSchema>;

export const EnvironmentDocumentSchema = z.strictObject({ environment: EnvironmentSchema });

const namespacePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export const NamespaceSchema = z
  .string()
  .refine(
    (value) => hasExpression(value) || namespacePattern.test(value),
    'A namespace holds lower-case letters, digits and - (at most 63).',
  );

const releaseNamePattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** A label value and a DNS label at once: it goes into object names and pod labels. */
export const ReleaseNameSchema = z
  .string()
  .refine(
    (value) => hasExpression(value) || (releaseNamePattern.test(value) && value.length <= 63),
    'A release name starts with a lower-case letter and holds lower-case letters, digits and - (at most 63).',
  );

export const InfrastructureSchema = z.strictObject({
  ...documentFields,
  environmentRef: ReferenceSchema.optional().describe('May be left out: the URL says it'),
  deploymentType: z.literal('Kubernetes').optional(),
  type: z.literal('KubernetesDirect', { error: 'Only KubernetesDirect infrastructures are supported yet.' }),
  spec: z.strictObject({
    connectorRef: ReferenceOrExpressionSchema,
    namespace: NamespaceSchema,
    releaseName: ReleaseNameSchema,
    provisioner: unsupported('Dynamic provisioning is not supported yet.'),
  }),
  allowSimultaneousDeployments: z.boolean().optional(),
  scopedServices: z.array(ReferenceSchema).optional(),
});
export type Infrastructure = z.infer<typeof InfrastructureSchema>;

export const InfrastructureDocumentSchema = z.strictObject({
  infrastructureDefinition: InfrastructureSchema,
});
