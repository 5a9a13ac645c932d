import type { CauseCode } from './cause.ts';

/** What the API server's refusal to create something means. */
export interface Refusal {
  code: Extract<CauseCode, 'quota.exceeded' | 'admission.denied' | 'pod.service_account_missing'>;
  title: string;
  hints: string[];
}

/**
 * Recognises why the API server refused an object, from its message, which controllers repeat in their events and
 * conditions. Undefined: none of the known reasons.
 */
export function classifyRefusal(message: string): Refusal | undefined {
  // https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go
  const unsaid = /failed quota: ([^:]+): (must specify [^\n]+)/.exec(message);
  if (unsaid !== null) {
    return denial(
      `The resource quota ${unsaid[1] ?? ''} asks every container to say what it needs`,
      `Set resources in each container (${unsaid[2] ?? ''}), or give the namespace a LimitRange with defaults.`,
    );
  }
  const quota = /exceeded quota: ([^,]+)/.exec(message);
  if (quota !== null) {
    const name = (quota[1] ?? '').trim();
    return {
      code: 'quota.exceeded',
      title: `The resource quota ${name} allows no more`,
      hints: [
        'Lower the requests or the replicas, remove what is no longer needed, or raise the quota.',
        `kubectl describe resourcequota ${name} shows what is used.`,
      ],
    };
  }
  const account = /serviceaccount "([^"]+)" not found/.exec(message);
  if (account !== null) {
    return {
      code: 'pod.service_account_missing',
      title: `The service account ${account[1] ?? ''} does not exist`,
      hints: ['Add the ServiceAccount to the manifests, or correct spec.serviceAccountName.'],
    };
  }
  const denied = admissionDenials.find(({ pattern }) => pattern.test(message));
  return denied === undefined ? undefined : denied.toRefusal(denied.pattern.exec(message)?.[1] ?? '');
}

const admissionDenials: { pattern: RegExp; toRefusal: (name: string) => Refusal }[] = [
  {
    pattern: /admission webhook "([^"]+)" denied the request/,
    toRefusal: (name) =>
      denial(
        `The admission webhook ${name} refused it`,
        'Change the manifest so that the webhook accepts it.',
      ),
  },
  {
    pattern: /ValidatingAdmissionPolicy '([^']+)'/,
    toRefusal: (name) =>
      denial(`The admission policy ${name} refused it`, 'Change the manifest so that the policy accepts it.'),
  },
  {
    pattern: /violates PodSecurity "([^"]+)"/,
    toRefusal: (name) =>
      denial(
        `The namespace's pod security level ${name} refused it`,
        'Set the securityContext that the level asks for, or use another level for the namespace.',
      ),
  },
  {
    pattern: /(?:minimum|maximum) (?:cpu|memory|\S+) usage per (Container|Pod|PersistentVolumeClaim) is/,
    toRefusal: (name) =>
      denial(`A limit range for each ${name} refused it`, 'Keep requests and limits within the LimitRange.'),
  },
];

function denial(title: string, hint: string): Refusal {
  return { code: 'admission.denied', title, hints: [hint] };
}
