/** A KWOK stage: which objects it is for, how long it waits, and what it then does. */
export interface Stage {
  apiVersion: 'kwok.x-k8s.io/v1alpha1';
  kind: 'Stage';
  metadata: { name: string };
  spec: StageSpec;
}

export interface StageSpec {
  resourceRef: { apiGroup: string; kind: string };
  selector: { matchExpressions: StageMatch[] };
  delay?: StageDelay;
  steps: StageStep[];
}

export type StageMatch = {
  jq: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] };
};

export interface StageDelay {
  durationMilliseconds?: number;
  /** Gives a Go duration or a time; without a result the milliseconds hold. */
  durationFrom?: { jq: { expression: string } };
}

export type StageStep =
  | { patch: { subresource: 'status'; root: 'status'; template: string } }
  | { apply: { template: string } }
  | { delete: true };

/** Makes a stage of the core group's kinds unless another group is named. */
export function stage(name: string, spec: Omit<StageSpec, 'resourceRef' | 'selector'> & StageTarget): Stage {
  const { kind, apiGroup, match, ...rest } = spec;
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: apiGroup ?? 'v1', kind },
      selector: { matchExpressions: match },
      ...rest,
    },
  };
}

interface StageTarget {
  kind: string;
  apiGroup?: string;
  match: StageMatch[];
}

export const exists = (key: string): StageMatch => ({ jq: { key, operator: 'Exists' } });
export const absent = (key: string): StageMatch => ({ jq: { key, operator: 'DoesNotExist' } });
export const isIn = (key: string, ...values: string[]): StageMatch => ({
  jq: { key, operator: 'In', values },
});
export const notIn = (key: string, ...values: string[]): StageMatch => ({
  jq: { key, operator: 'NotIn', values },
});

export const patchStatus = (template: string): StageStep => ({
  patch: { subresource: 'status', root: 'status', template },
});
