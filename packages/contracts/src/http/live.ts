import { z } from 'zod';

/** socket.io namespace of the console. It authenticates by the session cookie; a browser joins the rooms it shows. */
export const liveNamespace = '/ui';

export const RoomSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('project'), org: z.string(), project: z.string() }),
  z.object({ kind: z.literal('execution'), org: z.string(), project: z.string(), executionId: z.string() }),
]);
export type Room = z.infer<typeof RoomSchema>;

/** Client to server `join` and `leave` carry a Room, answered with `{ok: true}` or `{ok: false, code}`. */
export const JoinAnswerSchema = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), code: z.string() }),
]);

/**
 * Server to client, event `changed`: small; the browser reads again or tails from the last line it has.
 * After a reconnect it reads everything it shows once, since messages sent meanwhile are gone.
 */
export const ChangedSchema = z.discriminatedUnion('topic', [
  z.object({ topic: z.literal('execution'), executionId: z.string(), version: z.int() }),
  z.object({
    topic: z.literal('log'),
    executionId: z.string(),
    node: z.string(),
    section: z.string(),
    lines: z.int(),
  }),
  z.object({ topic: z.literal('entity'), kind: z.string(), identifier: z.string() }),
  z.object({ topic: z.literal('delegate'), name: z.string() }),
  z.object({ topic: z.literal('sandbox') }),
]);
export type Changed = z.infer<typeof ChangedSchema>;
