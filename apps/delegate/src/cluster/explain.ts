import type { Cause, ErrorType } from '@slipway/contracts';
import { AccessError } from './access-error.ts';
import { AddressForbiddenError } from './address-rule.ts';
import { ClusterError } from './cluster-error.ts';
import { forbiddenHint } from './clusters.ts';
import { missingRuleYaml, readForbidden } from './missing-rule.ts';

/** Why a cluster could not be used, for people. */
export interface Explanation {
  errorType: ErrorType;
  cause: Cause;
}

interface Sentence {
  code: string;
  errorType: ErrorType;
  title: string;
  message: string;
  hints: readonly string[];
  remedyYaml?: string;
}

/** Explains what a cluster client threw; undefined for what is not about the cluster. `address` is shown to people. */
export function explainClusterFailure(error: unknown, context: { address: string }): Explanation | undefined {
  const sentence = sentenceOf(error, context.address);
  if (sentence === undefined) return undefined;
  const { errorType, hints, ...rest } = sentence;
  return {
    errorType,
    cause: {
      ...rest,
      severity: 'fatal',
      hints: [...hints],
      evidence: [{ kind: 'response', text: evidenceOf(error) }],
    },
  };
}

function sentenceOf(error: unknown, address: string): Sentence | undefined {
  if (error instanceof AccessError) {
    const errorType = error.code === 'cluster.credential_invalid' ? 'Authentication' : 'ConfigurationFailure';
    return {
      code: error.code,
      errorType,
      title: titleOf(error.message),
      message: error.message,
      hints: error.hints,
    };
  }
  if (error instanceof AddressForbiddenError) {
    return {
      code: 'cluster.address_forbidden',
      errorType: 'ConfigurationFailure',
      title: `${address} may not be reached from this delegate`,
      message: error.message,
      hints: [forbiddenHint(error.kind)],
    };
  }
  if (!(error instanceof ClusterError)) return undefined;
  if (error.status === 0) return networkSentence(error.cause, address);
  return answerSentence(error, address);
}

function networkSentence(error: unknown, address: string): Sentence {
  for (const cause of chainOf(error)) {
    if (cause instanceof AddressForbiddenError || cause instanceof AccessError)
      return sentenceOf(cause, address) ?? lost(address);
    const code: unknown = Reflect.get(cause, 'code');
    const known = (typeof code === 'string' ? byCode[code] : undefined) ?? byMessage(cause);
    if (known !== undefined) return known(address, cause);
  }
  return lost(address);
}

/** Node wraps: an AggregateError for several addresses, undici's errors with a cause. */
function chainOf(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const parts = error instanceof AggregateError ? error.errors.flatMap(chainOf) : [];
  return [error, ...parts, ...chainOf(error.cause)];
}

type Explain = (address: string, error: Error) => Sentence;

const dns: Explain = (address) => ({
  code: 'cluster.dns_failed',
  errorType: 'Connectivity',
  title: `The name ${hostOf(address)} cannot be resolved`,
  message: `The delegate's DNS knows no address for ${hostOf(address)}.`,
  hints: [
    'Check the spelling of the address.',
    'A name that only exists in a private network needs a delegate inside that network.',
  ],
});
const refused: Explain = (address) => ({
  code: 'cluster.connection_refused',
  errorType: 'Connectivity',
  title: `${address} refuses connections`,
  message: `Nothing listens at ${address}, or a firewall rejects the delegate.`,
  hints: [
    'Check the port: API servers often listen on 6443 or 443.',
    'Check that the API server runs and that the delegate may reach it.',
  ],
});
const unreachable: Explain = (address) => ({
  code: 'cluster.unreachable',
  errorType: 'Connectivity',
  title: `There is no route to ${address}`,
  message: `The delegate's network knows no way to ${hostOf(address)}.`,
  hints: ['Use a delegate in the same network, or one that has a route to it.'],
});
const timedOut: Explain = (address) => ({
  code: 'cluster.timeout',
  errorType: 'Connectivity',
  title: `${address} does not answer`,
  message: `${address} gave no answer in time: packets are dropped on the way, or the server hangs.`,
  hints: [
    'A firewall or security group that drops packets is the usual cause: allow the delegate.',
    'Check that the address is the API server and not another service.',
  ],
});
const wrongAuthority: Explain = (address) => ({
  code: 'tls.unknown_authority',
  errorType: 'Connectivity',
  title: `The certificate of ${address} is not signed by a trusted authority`,
  message:
    "The authority that signed the server's certificate is neither a public one nor the connector's CA certificate.",
  hints: [
    "Store the cluster's CA certificate as a secret and choose it in the connector: certificate-authority-data in the kubeconfig.",
    'If one is chosen already, it belongs to another cluster or is outdated.',
  ],
});
const expired: Explain = (address, error) => ({
  code: 'tls.expired',
  errorType: 'Connectivity',
  title: `The certificate of ${address} has expired`,
  message: `The server shows a certificate that is no longer valid${validity(error)}.`,
  hints: ["Renew the API server's certificate.", "Check the clock of the delegate's machine."],
});
const notYetValid: Explain = (address) => ({
  code: 'tls.not_yet_valid',
  errorType: 'Connectivity',
  title: `The certificate of ${address} is not valid yet`,
  message: 'The server shows a certificate whose validity begins in the future.',
  hints: ["Check the clocks of the server's and the delegate's machine."],
});
const wrongName: Explain = (address, error) => ({
  code: 'tls.name_mismatch',
  errorType: 'Connectivity',
  title: `The certificate belongs to another name than ${hostOf(address)}`,
  message: `The server's certificate is for ${namesOf(error)}, not for ${hostOf(address)}.`,
  hints: [
    'Use one of the names or addresses in the certificate.',
    "Or add this name to the API server's certificate (its SAN list).",
  ],
});
const notTls: Explain = (address) => ({
  code: 'tls.not_tls',
  errorType: 'Connectivity',
  title: `${address} does not speak TLS`,
  message: 'The server answered something that is not TLS: it probably speaks plain HTTP on this port.',
  hints: ['Check the port.', 'If the API is really served without TLS, write http:// in the address.'],
});
const refusedCertificate: Explain = (address) => ({
  code: 'tls.client_certificate_refused',
  errorType: 'Authentication',
  title: `${address} refuses the client certificate`,
  message: 'The server ended the TLS handshake because of the client certificate.',
  hints: [
    'Check that the client certificate is signed by the authority that this cluster trusts, and has not expired.',
  ],
});
const lost = (address: string): Sentence => ({
  code: 'cluster.connection_lost',
  errorType: 'Connectivity',
  title: `The connection to ${address} was lost`,
  message: `${address} closed the connection without an answer.`,
  hints: ['Try again; if it stays so, look for a proxy or load balancer in between that ends connections.'],
});

const byCode: Readonly<Record<string, Explain>> = {
  ENOTFOUND: dns,
  EAI_AGAIN: dns,
  EAI_FAIL: dns,
  EAI_NODATA: dns,
  ECONNREFUSED: refused,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EADDRNOTAVAIL: unreachable,
  EACCES: unreachable,
  ETIMEDOUT: timedOut,
  UND_ERR_CONNECT_TIMEOUT: timedOut,
  UND_ERR_HEADERS_TIMEOUT: timedOut,
  UND_ERR_BODY_TIMEOUT: timedOut,
  ABORT_ERR: timedOut,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: wrongAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: wrongAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: wrongAuthority,
  UNABLE_TO_GET_ISSUER_CERT: wrongAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: wrongAuthority,
  CERT_SIGNATURE_FAILURE: wrongAuthority,
  CERT_UNTRUSTED: wrongAuthority,
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: notYetValid,
  ERR_TLS_CERT_ALTNAME_INVALID: wrongName,
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  ERR_SSL_HTTP_REQUEST: notTls,
};

function byMessage(error: Error): Explain | undefined {
  const code = String(Reflect.get(error, 'code') ?? '');
  if (/wrong version number|packet length too long/i.test(error.message)) return notTls;
  if (/^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) return refusedCertificate;
  return error.name === 'TimeoutError' ? timedOut : undefined;
}

function answerSentence(error: ClusterError, address: string): Sentence {
  const { status, reason, message } = error;
  if (status === 400 && /HTTP request to an HTTPS server/i.test(message)) {
    return {
      code: 'cluster.needs_https',
      errorType: 'ConfigurationFailure',
      title: `${address} speaks HTTPS, not HTTP`,
      message: 'The address starts with http://, but the server expects TLS on this port.',
      hints: ['Write https:// in the address.'],
    };
  }
  if (reason === 'Redirected') {
    return {
      code: 'cluster.redirected',
      errorType: 'ConfigurationFailure',
      title: `${address} sends us to another place`,
      message: `${message}. An API server never redirects: this is a login page or a web server in front of it.`,
      hints: ["Use the address of the API server itself, as in the kubeconfig's server field."],
    };
  }
  if (status === 401) return unauthorized(address);
  if (status === 403 && reason !== 'NotKubernetes') return forbidden(message);
  if (reason === 'NotKubernetes' || (status === 404 && reason === 'Unknown')) {
    return {
      code: 'cluster.not_kubernetes',
      errorType: 'ConfigurationFailure',
      title: `${address} is not a Kubernetes API server`,
      message: `It answers, but with something else: ${message.slice(0, 300)}`,
      hints: [
        "Use the address of the API server, as in the kubeconfig's server field; the address of a dashboard or a console is another one.",
      ],
    };
  }
  if (status === 429) {
    return {
      code: 'cluster.too_busy',
      errorType: 'RetryableTransientFailure',
      title: `${address} is too busy`,
      message,
      hints: ['Try again; the API server limits requests.'],
    };
  }
  if (status >= 500) {
    return {
      code: 'cluster.server_error',
      errorType: 'RetryableTransientFailure',
      title: `${address} failed with ${status}`,
      message,
      hints: ["Look at the API server's log, then try again."],
    };
  }
  return {
    code: 'cluster.refused',
    errorType: 'Unknown',
    title: `The API server refused: ${reason}`,
    message,
    hints: [],
  };
}

function unauthorized(address: string): Sentence {
  return {
    code: 'cluster.unauthorized',
    errorType: 'Authentication',
    title: `${address} does not know these credentials`,
    message:
      'The API server answered 401: the token or certificate is wrong, expired, or of another cluster.',
    hints: [
      'Store the token decoded: what kubectl get secret shows is base64 of it, and must be decoded first.',
      'Make a new token with kubectl create token; those expire after an hour unless --duration says otherwise.',
    ],
  };
}

function forbidden(message: string): Sentence {
  const refusedAccess = readForbidden(message);
  return {
    code: 'cluster.forbidden',
    errorType: 'Authorization',
    title:
      refusedAccess === undefined
        ? 'The API server forbids it'
        : `${refusedAccess.user} may not ${refusedAccess.verb} ${refusedAccess.resource}${refusedAccess.namespace === undefined ? '' : ` in the namespace ${refusedAccess.namespace}`}`,
    message,
    hints:
      refusedAccess === undefined
        ? ['Give the identity the right that the message names.']
        : ['Apply the Role below as an administrator of the cluster.'],
    ...(refusedAccess === undefined ? {} : { remedyYaml: missingRuleYaml(refusedAccess) }),
  };
}

function hostOf(address: string): string {
  return URL.parse(address)?.hostname ?? address;
}

function titleOf(message: string): string {
  return message.replace(/\.$/, '').split('. ')[0] ?? message;
}

/** `DNS:a.example, IP Address:10.0.0.1`, as Node lists them. */
function namesOf(error: Error): string {
  const certificate: unknown = Reflect.get(error, 'cert');
  const names: unknown =
    typeof certificate === 'object' && certificate !== null
      ? Reflect.get(certificate, 'subjectaltname')
      : undefined;
  return typeof names === 'string' ? names.replaceAll(/(DNS|IP Address):/g, '') : 'other names';
}

function validity(error: Error): string {
  const certificate: unknown = Reflect.get(error, 'cert');
  const until: unknown =
    typeof certificate === 'object' && certificate !== null
      ? Reflect.get(certificate, 'valid_to')
      : undefined;
  return typeof until === 'string' ? ` (it ended ${until})` : '';
}

function evidenceOf(error: unknown): string {
  if (error instanceof ClusterError && error.status > 0)
    return `${error.status} ${error.reason}: ${error.message}`;
  const chain = chainOf(error);
  const last = chain.at(-1);
  if (last === undefined) return String(error);
  const code: unknown = Reflect.get(last, 'code');
  return typeof code === 'string' && !last.message.includes(code) ? `${code}: ${last.message}` : last.message;
}
