import { z } from 'zod';
import { CauseSchema } from '../model/failure.ts';
import { TimestampSchema } from './view-fields.ts';
import { route } from './route.ts';

export const connectionTestSteps = ['delegate', 'address', 'tls', 'identity', 'list-controllers'] as const;

/** One step of a connection test; those after a failed one are `skipped`. */
export const ConnectionTestStepSchema = z.object({
  step: z.enum(connectionTestSteps),
  title: z.string().describe('Delegate, API server, Certificate, Signed in as, List controllers'),
  status: z.enum(['succeeded', 'failed', 'skipped']),
  detail: z.string().describe('10.96.0.1:443, Kubernetes 1.36.2'),
  durationMs: z.number().optional(),
  cause: CauseSchema.optional(),
});
export type ConnectionTestStep = z.infer<typeof ConnectionTestStepSchema>;

export const connectivityStatuses = ['SUCCESS', 'FAILURE', 'UNKNOWN'] as const;

export const ConnectionTestResultSchema = z
  .object({
    status: z.enum(connectivityStatuses),
    steps: z.array(ConnectionTestStepSchema),
    errorSummary: z.string().optional(),
    testedAt: TimestampSchema,
    durationMs: z.number(),
    delegate: z.object({ name: z.string(), instance: z.string() }).optional(),
  })
  .meta({ id: 'ConnectionTestResult' });
export type ConnectionTestResult = z.infer<typeof ConnectionTestResultSchema>;

export const ConnectivitySchema = z
  .object({
    status: z.enum(connectivityStatuses),
    lastTestedAt: TimestampSchema.optional(),
    lastConnectedAt: TimestampSchema.optional(),
    lastResult: ConnectionTestResultSchema.optional(),
  })
  .meta({ id: 'Connectivity' });
export type Connectivity = z.infer<typeof ConnectivitySchema>;

export const connectionTestRoutes = {
  testDocument: route({
    operationId: 'testConnectorDocument',
    scope: 'S',
    method: 'POST',
    path: '/connectors/test',
    tag: 'connectors',
    summary: 'Test the connection of an unsaved connector document, on a delegate',
    permission: 'core_connector_edit',
    rawBody: 'document',
    responses: { 200: ConnectionTestResultSchema },
  }),
  testSaved: route({
    operationId: 'testConnector',
    scope: 'S',
    method: 'POST',
    path: '/connectors/:identifier/test',
    tag: 'connectors',
    summary: 'Test the connection of a saved connector and keep the result',
    permission: 'core_connector_access',
    params: z.object({ identifier: z.string() }),
    responses: { 200: ConnectionTestResultSchema },
  }),
};
