import { z } from 'zod';
import { IdentifierSchema } from '../ids.ts';
import { documentFields } from './document-fields.ts';
import { VariablesSchema } from './variable.ts';
import { unsupported } from './unsupported.ts';

/** `/path`, `org:/path` or `account:/path` in the file store; a path that ends in `/` or names a folder means all of it. */
export const FilePathReferenceSchema = z
  .string()
  .regex(
    /^((account|org):)?\/[^\0]*$/,
    'Write a file of the file store as /path, org:/path or account:/path.',
  );

const StoreSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('Inline'),
      spec: z.strictObject({ content: z.string().max(4_194_304) }),
    }),
    z.strictObject({
      type: z.literal('Harness'),
      spec: z.strictObject({
        files: z.array(FilePathReferenceSchema).min(1).max(500),
        secretFiles: unsupported('Secret files are not supported yet; use a Secret manifest.'),
      }),
    }),
  ],
  {
    error:
      'Manifests come from Inline or Harness (file store) yet; Git, Helm and other stores are not supported yet.',
  },
);
export type ManifestStore = z.infer<typeof StoreSchema>;

export const ManifestSchema = z.strictObject({
  identifier: IdentifierSchema,
  type: z.literal('K8sManifest', { error: 'Only K8sManifest is supported yet.' }),
  spec: z.strictObject({
    store: StoreSchema,
    valuesPaths: unsupported('Values files are not supported yet; write plain manifests.'),
    skipResourceVersioning: z.boolean().optional(),
    enableDeclarativeRollback: z.boolean().optional().describe('Rollback is declarative here anyway'),
    optionalValuesYaml: z.boolean().optional(),
  }),
});
export type Manifest = z.infer<typeof ManifestSchema>;

export const ServiceSchema = z.strictObject({
  ...documentFields,
  gitOpsEnabled: unsupported('GitOps services are not supported.'),
  serviceDefinition: z.strictObject({
    type: z.literal('Kubernetes', { error: 'Only Kubernetes services are supported.' }),
    spec: z.strictObject({
      artifacts: unsupported('Artifacts are not supported yet; name the image in the manifest.'),
      manifests: z
        .array(z.strictObject({ manifest: ManifestSchema }))
        .max(1, 'A service has one K8sManifest; list several files in it.')
        .optional(),
      manifestConfigurations: unsupported('manifestConfigurations is not supported yet.'),
      configFiles: unsupported('Config files are not supported yet.'),
      variables: VariablesSchema.optional(),
      hooks: unsupported('Service hooks are not supported yet.'),
    }),
  }),
});
export type Service = z.infer<typeof ServiceSchema>;

export const ServiceDocumentSchema = z.strictObject({ service: ServiceSchema });
