import { z } from 'zod';
import { ProgressSchema } from '../http/executions.ts';
import { TaskKindSchema, TaskOutcomeSchema, TaskSpecSchema } from './tasks.ts';

/** socket.io namespace that delegates dial. */
export const delegateNamespace = '/delegate';

/** Major and minor of the protocol. Sides that differ by more than one minor, or in the major, exchange no tasks. */
export const protocolVersion = '1.0';

export const leaseMs = 60_000;
export const heartbeatIntervalMs = 10_000;
/** No write of a delegate lasts longer: a task is handed over only when this has passed after its lease. */
export const writeTimeoutMs = 30_000;
/** A request without its answer counts as lost after this. */
export const answerTimeoutMs = 20_000;
/** A larger message ends the connection, so that nobody may send one. */
export const largestMessageBytes = 32 * 1024 * 1024;

/** Whether two protocol versions may exchange tasks. */
export function isCompatible(ours: string, theirs: string): boolean {
  const [ourMajor, ourMinor] = ours.split('.').map(Number);
  const [theirMajor, theirMinor] = theirs.split('.').map(Number);
  if (
    ourMajor === undefined ||
    ourMinor === undefined ||
    theirMajor === undefined ||
    theirMinor === undefined
  )
    return false;
  return ourMajor === theirMajor && Math.abs(ourMinor - theirMinor) <= 1;
}

const TaskAttemptSchema = z.object({ taskId: z.string(), attempt: z.int().min(1) });
export type TaskAttempt = z.infer<typeof TaskAttemptSchema>;

/**
 * Sent in the socket's `auth`. `instanceId` stays the same over restarts of one pod or process (host name, or a file in its state
 * directory); `bootId` is new at every start: the same instance with another boot proves that the former process is gone.
 */
export const HelloSchema = z.object({
  token: z.string(),
  protocolVersion: z.string(),
  version: z.string(),
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
  instanceId: z.string().min(1).max(128),
  bootId: z.string().min(1).max(64),
  hostname: z.string().max(255),
  tags: z.array(z.string().min(1).max(128)).max(64),
  description: z.string().max(1024).optional(),
  capabilities: z.array(TaskKindSchema),
  capacity: z.int().min(1).max(1000).describe('Tasks it runs at once'),
  running: z.array(TaskAttemptSchema),
  finished: z.array(TaskAttemptSchema).describe('Outcomes not yet acknowledged'),
});
export type Hello = z.infer<typeof HelloSchema>;

/** `connect_error` data when the server refuses a delegate; it ends, except after `unavailable`. */
export const RefusalSchema = z.object({
  code: z.enum(['token_invalid', 'token_revoked', 'hello_malformed', 'unavailable']),
  message: z.string(),
});
export type Refusal = z.infer<typeof RefusalSchema>;

// Server to delegate -------------------------------------------------------------------------------------------------------------

/** First message after a connect: what to do with the tasks the delegate brought along. */
export const WelcomeSchema = z.object({
  delegateId: z.string(),
  serverVersion: z.string(),
  protocolVersion: z.string(),
  compatible: z.boolean(),
  incompatible: z.string().optional(),
  heartbeatIntervalMs: z.int(),
  leaseMs: z.int(),
  continue: z.array(TaskAttemptSchema).describe('Running ones whose lease is renewed'),
  abandon: z
    .array(TaskAttemptSchema)
    .describe('Running or finished ones given up on: stop, and forget their outcome'),
  send: z.array(TaskAttemptSchema).describe('Finished ones whose outcome is wanted'),
});
export type Welcome = z.infer<typeof WelcomeSchema>;

/** An offer carries no payload: the claim is granted with it. */
export const OfferSchema = TaskAttemptSchema.extend({ kind: TaskKindSchema });
export type Offer = z.infer<typeof OfferSchema>;
export const CancelSchema = TaskAttemptSchema.extend({ reason: z.string() });
export type Cancel = z.infer<typeof CancelSchema>;
/** Why the server hangs up. After all but `shutting_down` the delegate ends. */
export const GoodbyeSchema = z.object({
  code: z.enum(['token_revoked', 'superseded', 'deleted', 'shutting_down']),
  message: z.string(),
});
export type Goodbye = z.infer<typeof GoodbyeSchema>;

// Delegate to server; each is answered --------------------------------------------------------------------------------------------

export const ClaimSchema = TaskAttemptSchema;
export const ClaimAnswerSchema = z.discriminatedUnion('granted', [
  z.object({
    granted: z.literal(true),
    task: TaskSpecSchema,
    leaseMs: z.int(),
    deadlineMs: z.int().optional().describe("Time left until the step's deadline"),
  }),
  z.object({ granted: z.literal(false), reason: z.enum(['taken', 'gone', 'draining', 'incompatible']) }),
]);
export type ClaimAnswer = z.infer<typeof ClaimAnswerSchema>;

export const HeartbeatSchema = z.object({
  running: z.array(TaskAttemptSchema),
  draining: z.boolean(),
  memoryBytes: z.int().optional(),
});
/** Leases not named here have ended: the task starts no further write. */
export const HeartbeatAnswerSchema = z.object({ renewed: z.array(TaskAttemptSchema), leaseMs: z.int() });

export const ProgressMessageSchema = TaskAttemptSchema.extend({ seq: z.int(), progress: ProgressSchema });

export const LogEntrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('section-started'), section: z.string(), at: z.string() }),
  z.object({
    type: z.literal('line'),
    section: z.string(),
    at: z.string(),
    level: z.enum(['info', 'warn', 'error', 'debug']),
    text: z.string().max(16_384),
  }),
  z.object({
    type: z.literal('section-ended'),
    section: z.string(),
    at: z.string(),
    status: z.enum(['succeeded', 'failed', 'skipped']),
  }),
]);
export type LogEntry = z.infer<typeof LogEntrySchema>;

/** `firstSeq` numbers the first entry, from 1 for each attempt. The answer says up to where the server has stored them. */
export const LogsMessageSchema = TaskAttemptSchema.extend({
  firstSeq: z.int().min(1),
  entries: z.array(LogEntrySchema).min(1).max(1000),
});
export const LogsAnswerSchema = z.object({ storedSeq: z.int() });

export const OutcomeMessageSchema = TaskAttemptSchema.extend({ outcome: TaskOutcomeSchema });
/** `ignored`: given up on before; either way the delegate forgets it. */
export const OutcomeAnswerSchema = z.object({ status: z.enum(['recorded', 'ignored']) });

/** The task was stopped without an outcome, for somebody else to do: only for repeatable kinds. */
export const ReleaseMessageSchema = TaskAttemptSchema.extend({ reason: z.string() });

export const SecretsRequestSchema = TaskAttemptSchema.extend({
  secrets: z.array(z.string()).min(1).max(100),
});
export const SecretsAnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), values: z.record(z.string(), z.string()) }),
  z.object({ ok: z.literal(false), missing: z.array(z.string()), message: z.string() }),
]);

/** Any request may be answered with this instead, when it is malformed, unknown or not allowed now. */
export const ProtocolErrorSchema = z.object({
  error: z.enum(['malformed', 'unknown_message', 'not_allowed_now', 'unavailable']),
  message: z.string(),
});

/** Event names with the schemas of what is sent and what is answered. */
export const delegateMessages = {
  'task.claim': { request: ClaimSchema, answer: ClaimAnswerSchema },
  heartbeat: { request: HeartbeatSchema, answer: HeartbeatAnswerSchema },
  'task.progress': { request: ProgressMessageSchema, answer: z.object({ ok: z.literal(true) }) },
  'task.logs': { request: LogsMessageSchema, answer: LogsAnswerSchema },
  'task.outcome': { request: OutcomeMessageSchema, answer: OutcomeAnswerSchema },
  'task.release': { request: ReleaseMessageSchema, answer: z.object({ ok: z.literal(true) }) },
  'secrets.resolve': { request: SecretsRequestSchema, answer: SecretsAnswerSchema },
} as const;
export type DelegateMessage = keyof typeof delegateMessages;
export type DelegateRequest<M extends DelegateMessage> = z.infer<(typeof delegateMessages)[M]['request']>;
export type DelegateAnswer<M extends DelegateMessage> = z.infer<(typeof delegateMessages)[M]['answer']>;
export type ProtocolError = z.infer<typeof ProtocolErrorSchema>;

export const serverMessages = {
  welcome: WelcomeSchema,
  'task.offer': OfferSchema,
  'task.cancel': CancelSchema,
  goodbye: GoodbyeSchema,
} as const;
export type ServerMessage = keyof typeof serverMessages;
export type ServerPayload<M extends ServerMessage> = z.infer<(typeof serverMessages)[M]>;
