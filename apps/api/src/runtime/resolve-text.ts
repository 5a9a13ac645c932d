import { evaluateTemplate, maskSecrets, secretRefsOf } from '@slipway/expressions';
import type { Scope } from '@slipway/expressions';
import type { Outcome } from './failures.ts';
import { configurationFailure, expressionFailure, refuse, succeed } from './failures.ts';

/** The plain text of a field that may hold expressions; secrets have no business in it. */
export function resolveText(text: string, scope: Scope, place: string): Outcome<string> {
  const result = evaluateTemplate(text, scope, { place });
  if (!result.ok) return refuse(expressionFailure([result.error]));
  if (secretRefsOf(result.value).length > 0) {
    return refuse(configurationFailure('expression.invalid', `${place}: a secret cannot be used here.`));
  }
  const plain = maskSecrets(result.value);
  if (typeof plain === 'string' && plain !== '') return succeed(plain);
  if (typeof plain === 'number') return succeed(String(plain));
  const problem = plain === '' || plain === null ? 'gives nothing' : 'gives no text';
  return refuse(configurationFailure('expression.invalid', `${place}: ${text} ${problem}.`));
}
