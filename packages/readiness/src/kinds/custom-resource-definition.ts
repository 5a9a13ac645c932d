import { conditionOf } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, failed, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** Conditions: https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/types.go */
export function computeCustomResourceDefinition(definition: Resource): Verdict {
  const names = conditionOf(definition, 'NamesAccepted');
  if (names?.status === 'False') return failed(names.reason || 'NameConflict', names.message);
  const established = conditionOf(definition, 'Established');
  if (established?.status === 'True') return current('Established', 'Its kind is served.');
  return inProgress(
    established?.reason || 'Installing',
    established?.message || 'Its kind is not served yet.',
  );
}
