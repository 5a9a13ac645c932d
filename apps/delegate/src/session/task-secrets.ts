import type { DelegateAnswer, SecretHandle } from '@slipway/contracts';
import { SecretsRefusedError } from '../cluster/secrets-refused.ts';
import type { TaskSecrets } from '../tasks/task.ts';
import type { Masker } from './masking.ts';

/** Resolves secrets through `ask`, once for each name. Every value is masked before anybody sees it. */
export function createTaskSecrets(options: {
  masker: Masker;
  ask: (secrets: string[]) => Promise<DelegateAnswer<'secrets.resolve'>>;
}): TaskSecrets {
  const known = new Map<string, Promise<string>>();

  const resolve = async (name: string): Promise<string> => {
    const answer = await options.ask([name]);
    if (!answer.ok) throw new SecretsRefusedError(answer.message);
    const value = answer.values[name];
    if (value === undefined) throw new SecretsRefusedError(`The secret ${name} was not given.`);
    options.masker.add(value);
    return value;
  };
  const value = (handle: SecretHandle): Promise<string> => {
    const asked = known.get(handle.secret);
    if (asked !== undefined) return asked;
    const asking = resolve(handle.secret);
    known.set(handle.secret, asking);
    // A lost connection is no reason to refuse for ever.
    asking.catch(() => known.delete(handle.secret));
    return asking;
  };
  return {
    value,
    text: async ({ parts }) => {
      const texts = await Promise.all(parts.map(async (part) => ('text' in part ? part.text : value(part))));
      return texts.join('');
    },
    mask: (text) => options.masker.add(text),
  };
}
