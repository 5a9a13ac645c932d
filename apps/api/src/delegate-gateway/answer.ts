import { delegateMessages } from '@slipway/contracts';
import type { DelegateAnswer, DelegateMessage, DelegateRequest, ProtocolError } from '@slipway/contracts';
import type { Logger } from '../platform/log.ts';

/** The request cannot be granted to this sender now. */
export class NotAllowedNowError extends Error {
  override readonly name = 'NotAllowedNowError';
}

export type MessageHandlers = {
  readonly [M in DelegateMessage]: (request: DelegateRequest<M>) => Promise<DelegateAnswer<M>>;
};

/** Told of a request that does not fit its schema, before it is refused. */
export type OnMalformed = (message: DelegateMessage, payload: unknown, what: string) => Promise<void>;

/** Parses a request, has it handled and gives what is to be acknowledged: the answer or a protocol error. Never throws. */
export async function answerMessage(
  message: string,
  payload: unknown,
  handlers: MessageHandlers,
  options: { log: Logger; onMalformed: OnMalformed },
): Promise<unknown> {
  if (!isKnown(message)) return refusal('unknown_message', `There is no message ${message}.`);
  const parsed = delegateMessages[message].request.safeParse(payload);
  try {
    if (!parsed.success) {
      const what = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      await options.onMalformed(message, payload, what);
      return refusal('malformed', what);
    }
    // Handler and schema are of this same message.
    const handle = handlers[message] as (request: unknown) => Promise<unknown>;
    return await handle(parsed.data);
  } catch (error) {
    if (error instanceof NotAllowedNowError) return refusal('not_allowed_now', error.message);
    options.log.warn({ err: error, message }, 'a delegate could not be answered');
    return refusal('unavailable', 'The control plane cannot answer now.');
  }
}

function isKnown(message: string): message is DelegateMessage {
  return Object.hasOwn(delegateMessages, message);
}

function refusal(error: ProtocolError['error'], message: string): ProtocolError {
  return { error, message };
}
