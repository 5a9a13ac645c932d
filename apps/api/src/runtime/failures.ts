import type { Failure } from '@slipway/contracts';
import type { ExpressionError } from '@slipway/expressions';
import { failureOfExpressions } from '@slipway/steps';

/** Something in the documents is wrong, so that no delegate was asked. */
export function configurationFailure(code: string, message: string, hints: readonly string[] = []): Failure {
  return { code, errorType: 'ConfigurationFailure', message, causes: [], evidence: [], hints: [...hints] };
}

/** One code for every expression that cannot be resolved; which one, where and why stands in message and causes. */
export function expressionFailure(errors: readonly ExpressionError[]): Failure {
  return withStableCode(failureOfExpressions(errors));
}

export function withStableCode(failure: Failure): Failure {
  return failure.code.startsWith('expression.') ? { ...failure, code: 'expression.invalid' } : failure;
}

/** A fault of Slipway's own, after the job was tried several times. */
export function internalFailure(error: unknown): Failure {
  return {
    code: 'internal',
    errorType: 'Unknown',
    message: 'Slipway could not prepare this step because of a fault of its own.',
    causes: [],
    evidence: [{ kind: 'status', text: error instanceof Error ? error.message : 'unknown' }],
    hints: ['Run it again; the log of the worker has the details.'],
  };
}

/** What was made of a node: a value, or why not. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export const succeed = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const refuse = (failure: Failure): Outcome<never> => ({ ok: false, failure });
