import { z } from 'zod';
import { documentFields } from './document-fields.ts';
import { ReferenceSchema } from './reference-schema.ts';
import { SelectorsSchema } from './selectors.ts';
import { unsupported } from './unsupported.ts';

const ServiceAccountAuthSchema = z.strictObject({
  type: z.literal('ServiceAccount'),
  spec: z.strictObject({
    serviceAccountTokenRef: ReferenceSchema.describe('Secret that holds the decoded token'),
    caCertRef: ReferenceSchema.optional().describe(
      'Secret that holds the CA certificate, PEM or base64 of it',
    ),
  }),
});

const ClientKeyCertAuthSchema = z.strictObject({
  type: z.literal('ClientKeyCert'),
  spec: z.strictObject({
    clientCertRef: ReferenceSchema.describe('Secret that holds the certificate, PEM or base64 of it'),
    clientKeyRef: ReferenceSchema.describe('Secret that holds the private key, PEM or base64 of it'),
    caCertRef: ReferenceSchema.optional(),
    clientKeyPassphraseRef: ReferenceSchema.optional(),
    clientKeyAlgo: z.enum(['RSA', 'EC']).optional(),
  }),
});

export const ClusterAuthSchema = z.discriminatedUnion(
  'type',
  [ServiceAccountAuthSchema, ClientKeyCertAuthSchema],
  {
    error: 'Use ServiceAccount or ClientKeyCert; UsernamePassword and OpenIdConnect are not supported yet.',
  },
);
export type ClusterAuth = z.infer<typeof ClusterAuthSchema>;

const MasterUrlSchema = z
  .url({ protocol: /^https?$/, error: 'Write the address of the API server, such as https://host:6443.' })
  .describe('Address of the API server');

export const ClusterCredentialSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('InheritFromDelegate'),
    spec: unsupported('InheritFromDelegate takes no spec.'),
  }),
  z.strictObject({
    type: z.literal('ManualConfig'),
    spec: z.strictObject({ masterUrl: MasterUrlSchema, auth: ClusterAuthSchema }),
  }),
]);
export type ClusterCredential = z.infer<typeof ClusterCredentialSchema>;

export const ConnectorSchema = z
  .strictObject({
    ...documentFields,
    type: z.literal('K8sCluster', { error: 'Only K8sCluster connectors are supported yet.' }),
    spec: z.strictObject({
      credential: ClusterCredentialSchema,
      delegateSelectors: SelectorsSchema.nullish(),
      ignoreTestConnection: z.boolean().optional().describe('Skip default namespace validation'),
    }),
  })
  .superRefine((connector, context) => {
    const needsSelectors = connector.spec.credential.type === 'InheritFromDelegate';
    if (needsSelectors && (connector.spec.delegateSelectors ?? []).length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['spec', 'delegateSelectors'],
        message: 'Name the delegate whose credentials are used: InheritFromDelegate needs at least one tag.',
      });
    }
  });
export type Connector = z.infer<typeof ConnectorSchema>;

export const ConnectorDocumentSchema = z.strictObject({ connector: ConnectorSchema });
