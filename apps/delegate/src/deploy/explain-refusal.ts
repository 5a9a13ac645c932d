import type { Cause, Failure } from '@slipway/contracts';
import { addressOf, displayName, readConflicts } from '@slipway/deploy-engine';
import type { ManifestSource, KubernetesObject } from '@slipway/deploy-engine';
import { classifyRefusal } from '@slipway/readiness';
import { isClusterError } from '../cluster/cluster-error.ts';
import type { ClusterError } from '../cluster/cluster-error.ts';
import { DeployFailure } from './deploy-failure.ts';
import { isUnknownField } from './with-retries.ts';

type ErrorType = Failure['errorType'];

/** A refusal in words, with the kind of error that failure strategies select by. */
export interface ExplainedRefusal {
  cause: Cause;
  errorType: ErrorType;
}

type Draft = {
  code: string;
  errorType: ErrorType;
  title: string;
  message: string;
  hints: string[];
  remedyYaml?: string;
};

/** Says in words why the API server refused an object, or why it could not be asked. */
export function explainRefusal(
  error: unknown,
  object: KubernetesObject,
  source?: ManifestSource,
): ExplainedRefusal {
  const name = displayName(addressOf(object));
  const { errorType, ...draft } = isClusterError(error)
    ? classify(error, name, object)
    : unreachable(name, error instanceof Error ? error.message : String(error));
  const { namespace } = object.metadata;
  const place =
    source === undefined
      ? []
      : [{ kind: 'status' as const, text: `Written in ${source.file}, line ${source.line}` }];
  const cause: Cause = {
    severity: 'fatal',
    ...draft,
    object: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      ...(namespace === undefined ? {} : { namespace }),
      name: object.metadata.name,
    },
    evidence: [{ kind: 'response', text: draft.message }, ...place],
  };
  return { cause, errorType };
}

function unreachable(name: string, message: string): Draft {
  return {
    code: 'cluster.unreachable',
    errorType: 'Connectivity',
    title: `${name} could not be sent`,
    message,
    hints: ['Check that the delegate reaches the API server.'],
  };
}

function classify(error: ClusterError, name: string, object?: KubernetesObject): Draft {
  const { message } = error;
  if (error.status === 0) return unreachable(name, message);
  const conflicts = error.status === 409 ? readConflicts(error.details.causes ?? []) : [];
  if (conflicts.length > 0) {
    const fields = conflicts.map(({ field, owner }) => `${field} (held by ${owner})`).join(', ');
    return {
      code: 'field.conflict',
      errorType: 'ConfigurationFailure',
      title: `${name}: others hold fields of it with other values`,
      message: `In conflict: ${fields}.`,
      hints: [
        'Leave the fields out of the manifest, if the other one is to decide.',
        'Or set forceConflicts in the step to take them over.',
      ],
    };
  }
  const refusal = classifyRefusal(message);
  if (refusal !== undefined) {
    const errorType = refusal.code === 'quota.exceeded' ? 'ResourceLimitsFailure' : 'PolicyEvaluationFailure';
    return {
      code: refusal.code,
      errorType,
      title: `${name}: ${refusal.title}`,
      message,
      hints: refusal.hints,
    };
  }
  const webhook = /failed calling webhook "([^"]+)"/.exec(message);
  if (webhook !== null) {
    return {
      code: 'admission.webhook_failed',
      errorType: 'InfrastructureFailure',
      title: `${name}: the admission webhook ${webhook[1] ?? ''} does not answer`,
      message,
      hints: [
        'Check the workload behind the webhook; it must run before anything it watches over can be changed.',
      ],
    };
  }
  if (error.status === 403) return classifyForbidden(message, name);
  if (error.status === 401) {
    return {
      code: 'cluster.unauthenticated',
      errorType: 'Authentication',
      title: 'The API server does not accept the credentials',
      message,
      hints: ['Test the connector, and renew its credentials.'],
    };
  }
  if (error.status === 422) return classifyInvalid(error, name);
  if (error.status === 400 || isUnknownField(error)) {
    return {
      code: 'manifest.invalid',
      errorType: 'ConfigurationFailure',
      title: `${name} is not valid`,
      message,
      hints: [
        /unknown field|not declared in schema/.test(message)
          ? 'Correct or remove the field: the API server does not know it.'
          : 'Correct the manifest.',
      ],
    };
  }
  if (error.status === 404) return classifyNotFound(error, name, object);
  return {
    code: 'cluster.refused',
    errorType:
      error.status >= 500 || error.status === 429 ? 'RetryableTransientFailure' : 'InfrastructureFailure',
    title: `${name} was refused`,
    message,
    hints: [],
  };
}

// User "x" cannot patch resource "deployments" in API group "apps" in the namespace "shop"
const rbac = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/;

function classifyForbidden(message: string, name: string): Draft {
  const missing = rbac.exec(message);
  if (missing === null) {
    const terminating = /because it is being terminated/.test(message);
    return {
      code: terminating ? 'namespace.terminating' : 'cluster.forbidden',
      errorType: terminating ? 'InfrastructureFailure' : 'Authorization',
      title: terminating ? `${name}: its namespace is being deleted` : `${name} is forbidden`,
      message,
      hints: forbiddenHints(message),
    };
  }
  const [, verb = '', resource = '', group = '', namespace] = missing;
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const remedyYaml = [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}`,
    'metadata:',
    '  name: slipway-deploy',
    ...(namespace === undefined ? [] : [`  namespace: ${namespace}`]),
    'rules:',
    `  - apiGroups: [${JSON.stringify(group)}]`,
    `    resources: [${JSON.stringify(resource)}]`,
    `    verbs: [${JSON.stringify(verb)}]`,
    '',
  ].join('\n');
  return {
    code: 'permission.missing',
    errorType: 'Authorization',
    title: `The delegate may not ${verb} ${resource}`,
    message,
    hints: [`Add the rule to a ${kind} of the delegate's service account.`],
    remedyYaml,
  };
}

function forbiddenHints(message: string): string[] {
  if (/because it is being terminated/.test(message)) {
    return ['Wait until the namespace is gone, or use another one.'];
  }
  // https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
  return /attempting to grant RBAC permissions not currently held/.test(message)
    ? [
        'A role can only be written by who holds all it grants: give the delegate those rights, or the verbs escalate and bind.',
      ]
    : [];
}

function classifyInvalid(error: ClusterError, name: string): Draft {
  const { message } = error;
  const isImmutable =
    /field is immutable|updates to statefulset spec for fields other than|is immutable after creation/.test(
      message,
    );
  const fields = (error.details.causes ?? [])
    .map((cause) => cause.field)
    .filter((field) => field !== undefined);
  return isImmutable
    ? {
        code: 'field.immutable',
        errorType: 'ConfigurationFailure',
        title: `${name}: ${fields.join(', ') || 'a field'} cannot be changed`,
        message,
        hints: [
          'Keep the field as it is in the cluster, or rename the object.',
          'Or let it be deleted and created again with the annotation slipway.dev/replace-when-immutable: "true".',
        ],
      }
    : {
        code: 'manifest.invalid',
        errorType: 'ConfigurationFailure',
        title: `${name} is not valid`,
        message,
        hints: fields.length > 0 ? [`Correct ${fields.join(', ')}.`] : ['Correct the manifest.'],
      };
}

function classifyNotFound(error: ClusterError, name: string, object?: KubernetesObject): Draft {
  const missingNamespace = /namespaces "([^"]+)" not found/.exec(error.message);
  if (missingNamespace !== null) {
    return {
      code: 'namespace.absent',
      errorType: 'ConfigurationFailure',
      title: `The namespace ${missingNamespace[1] ?? ''} does not exist`,
      message: error.message,
      hints: ['Create it, add it to the manifests, or correct the namespace of the infrastructure.'],
    };
  }
  return {
    code: object === undefined ? 'cluster.refused' : 'kind.unknown',
    errorType: 'ConfigurationFailure',
    title:
      object === undefined
        ? `${name} does not exist`
        : `${name}: the cluster knows no kind ${object.kind} in ${object.apiVersion}`,
    message: error.message,
    hints:
      object === undefined
        ? []
        : ['Install its CustomResourceDefinition, or use a version that the cluster serves.'],
  };
}

/** A refused request that was not about one object of the set, such as for the record of releases. */
export function toDeployFailure(error: ClusterError, what: string): DeployFailure {
  const { errorType, code, title, message, hints, remedyYaml } = classify(error, what);
  const evidence = [{ kind: 'response' as const, text: message }];
  return new DeployFailure({
    code,
    errorType,
    message: `${title}. ${message}`,
    causes: [
      {
        code,
        severity: 'fatal',
        title,
        message,
        evidence,
        hints,
        ...(remedyYaml === undefined ? {} : { remedyYaml }),
      },
    ],
    evidence,
    hints,
  });
}
