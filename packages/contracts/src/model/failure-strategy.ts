import { z } from 'zod';
import { durationSchema } from './duration.ts';

/** The model product's error types, which failure strategies select by. */
export const errorTypes = [
  'AllErrors',
  'Unknown',
  'Authentication',
  'Authorization',
  'Connectivity',
  'Timeout',
  'Verification',
  'DelegateProvisioning',
  'DelegateRestart',
  'PolicyEvaluationFailure',
  'InputTimeoutError',
  'ApprovalRejection',
  'UserMarkedFailure',
  'InfrastructureFailure',
  'PluginImageFailure',
  'ResourceLimitsFailure',
  'ConfigurationFailure',
  'RetryableTransientFailure',
] as const;
export const ErrorTypeSchema = z.enum(errorTypes);
export type ErrorType = z.infer<typeof ErrorTypeSchema>;

const simpleAction = z.strictObject({
  type: z.enum(['Abort', 'StageRollback', 'Ignore'], {
    error: 'Use Abort, StageRollback, Ignore or Retry; the other actions are not supported yet.',
  }),
});
export type SimpleFailureAction = z.infer<typeof simpleAction>;

const retryAction = z.strictObject({
  type: z.literal('Retry'),
  spec: z.strictObject({
    retryCount: z.int().min(1).max(10_000),
    retryIntervals: z.array(durationSchema()).min(1).describe('Used in order; the last one repeats'),
    onRetryFailure: z.strictObject({ action: simpleAction }),
  }),
});

export const FailureActionSchema = z.discriminatedUnion('type', [retryAction, simpleAction], {
  error: 'Use Abort, StageRollback, Ignore or Retry; the other actions are not supported yet.',
});
export type FailureAction = z.infer<typeof FailureActionSchema>;

export const FailureStrategySchema = z.strictObject({
  onFailure: z.strictObject({ errors: z.array(ErrorTypeSchema).min(1), action: FailureActionSchema }),
});
export type FailureStrategy = z.infer<typeof FailureStrategySchema>;

export const FailureStrategiesSchema = z.array(FailureStrategySchema).max(32);
