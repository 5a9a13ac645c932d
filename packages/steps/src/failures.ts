import type { Cause, Failure } from '@slipway/contracts';
import type { ExpressionError } from '@slipway/expressions';

/** Something in the pipeline itself is wrong, so that no delegate was asked. */
export function configurationFailure(code: string, message: string, hints: readonly string[] = []): Failure {
  return { code, errorType: 'ConfigurationFailure', message, causes: [], evidence: [], hints: [...hints] };
}

/** The failure of a node whose expressions could not be resolved; `errors` has at least one. */
export function failureOfExpressions(errors: readonly ExpressionError[]): Failure {
  const causes = errors.map(toCause);
  const [first] = errors;
  const message = first === undefined ? 'An expression could not be resolved.' : sentence(first);
  const more = errors.length > 1 ? ` ${errors.length - 1} more could not be resolved either.` : '';
  return {
    ...configurationFailure(
      first?.code ?? 'expression.failed',
      `${message}${more}`,
      first?.hint === undefined ? [] : [first.hint],
    ),
    causes,
  };
}

function sentence({ message, expression, place }: ExpressionError): string {
  const where = place === undefined ? '' : ` at ${place}`;
  return `${message} The expression is ${expression}${where}.`;
}

function toCause(error: ExpressionError): Cause {
  return {
    code: error.code,
    severity: 'fatal',
    title: `The expression ${error.expression} cannot be resolved`,
    message: error.place === undefined ? error.message : `${error.message} It stands at ${error.place}.`,
    evidence: [],
    hints: error.hint === undefined ? [] : [error.hint],
  };
}
