import { connectionTestSteps } from '@slipway/contracts';
import type { Cause, ClusterAccess, ConnectionTestStep, Failure, TaskOutcome } from '@slipway/contracts';
import { AccessError } from '../cluster/access-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { isClusterError } from '../cluster/cluster-error.ts';
import type { ConnectionSettings } from '../cluster/connection.ts';
import { explainClusterFailure } from '../cluster/explain.ts';
import { probeAddress, probeCertificate } from '../cluster/probe.ts';
import { encodedTokenCause } from '../cluster/token-form.ts';
import { SecretsRefusedError } from '../cluster/secrets-refused.ts';
import type { TaskContext, TaskRunner } from './task.ts';

/** Each step's own deadline: a server that hangs is told from one that refuses within seconds. */
const STEP_MS = 8000;

const titles: Record<ConnectionTestStep['step'], string> = {
  delegate: 'Delegate',
  address: 'API server',
  tls: 'Certificate',
  identity: 'Signed in as',
  'list-controllers': 'List controllers',
};

type Finding = { detail: string; skipped?: true };

/** Tries a connector step by step; what comes after the first failure is skipped. */
export const connectionTest: TaskRunner<'connection-test'> = {
  kind: 'connection-test',
  run: async ({ access, skipDefaultNamespace }, context) => {
    const steps: ConnectionTestStep[] = [];
    const attempt = new Attempt(access, context);
    const work: Record<ConnectionTestStep['step'], () => Promise<Finding>> = {
      delegate: () => attempt.prepare(),
      address: () => attempt.reach(),
      tls: () => attempt.shakeHands(),
      identity: () => attempt.signIn(),
      'list-controllers': () =>
        skipDefaultNamespace
          ? Promise.resolve({ detail: 'Left out: Skip default namespace validation.', skipped: true })
          : attempt.listControllers(),
    };
    let failure: { cause: Cause; errorType: Failure['errorType'] } | undefined;
    for (const step of connectionTestSteps) {
      const title = titles[step];
      if (failure !== undefined) {
        steps.push({ step, title, status: 'skipped', detail: '' });
        continue;
      }
      const begun = performance.now();
      const durationMs = (): number => Math.round(performance.now() - begun);
      try {
        const { detail, skipped } = await work[step]();
        steps.push({
          step,
          title,
          status: skipped === true ? 'skipped' : 'succeeded',
          detail,
          durationMs: durationMs(),
        });
      } catch (error) {
        context.signal.throwIfAborted();
        failure = attempt.explain(error);
        steps.push({
          step,
          title,
          status: 'failed',
          detail: failure.cause.title,
          durationMs: durationMs(),
          cause: failure.cause,
        });
      }
    }
    return toOutcome(steps, failure);
  },
};

/** What the steps hand on to each other. */
class Attempt {
  private readonly access: ClusterAccess;
  private readonly context: TaskContext;
  private settings: ConnectionSettings | undefined;
  private postponed: AccessError | undefined;

  constructor(access: ClusterAccess, context: TaskContext) {
    this.access = access;
    this.context = context;
  }

  private get limits(): { signal: AbortSignal; timeoutMs: number } {
    return { signal: this.context.signal, timeoutMs: STEP_MS };
  }

  async prepare(): Promise<Finding> {
    const { name, instanceId } = this.context.delegate;
    try {
      this.settings = await this.context.connection(this.access);
    } catch (error) {
      // Credentials are the delegate's to prepare; whether there is a cluster at all is the next question.
      if (!(error instanceof AccessError) || error.code === 'cluster.credential_invalid') throw error;
      this.postponed = error;
    }
    return { detail: `${name} (${instanceId})` };
  }

  async reach(): Promise<Finding> {
    const settings = this.known();
    if (settings.proxyUrl !== undefined)
      return { detail: `${settings.server}, through the proxy ${new URL(settings.proxyUrl).host}` };
    return { detail: await probeAddress(settings, this.limits) };
  }

  async shakeHands(): Promise<Finding> {
    const settings = this.known();
    if (settings.server.startsWith('http:'))
      return { detail: 'The address is plain http: nothing is encrypted.', skipped: true };
    if (settings.proxyUrl !== undefined) {
      await (await this.cluster()).version(this.limits).catch(unlessRefused);
      return { detail: 'Trusted' };
    }
    const { issuer, validUntil } = await probeCertificate(settings, this.limits);
    if (settings.skipTlsVerification === true)
      return { detail: `Not checked, as the kubeconfig says; signed by ${issuer}` };
    return { detail: `Signed by ${issuer}, valid until ${validUntil}` };
  }

  async signIn(): Promise<Finding> {
    const cluster = await this.cluster();
    // At once: a server that hangs must not cost two deadlines.
    const [version, identity] = await Promise.all([
      cluster.version(this.limits).catch(() => ''),
      Promise.allSettled([cluster.whoAmI(this.limits)]).then(([settled]) => settled),
    ]);
    const shown = version === '' ? '' : `, Kubernetes ${version.replace(/^v/, '')}`;
    try {
      if (identity.status === 'rejected') throw identity.reason;
      const { username } = identity.value;
      if (username === 'system:anonymous') throw anonymous();
      return { detail: `${username}${shown}` };
    } catch (error) {
      // Servers before 1.28 do not say who one is; the list shows whether they let us in.
      if (isClusterError(error, 404) && version !== '') return { detail: `Not told by this server${shown}` };
      throw error;
    }
  }

  async listControllers(): Promise<Finding> {
    const path = '/api/v1/namespaces/default/replicationcontrollers';
    await (await this.cluster()).json('GET', path, { ...this.limits, query: { limit: 1 } });
    return { detail: 'Allowed in the namespace default' };
  }

  explain(error: unknown): { cause: Cause; errorType: Failure['errorType'] } {
    const address =
      this.settings?.server ??
      (this.access.type === 'manual' ? this.access.masterUrl : "The delegate's cluster");
    if (error instanceof SecretsRefusedError)
      return { errorType: 'ConfigurationFailure', cause: secretCause(error) };
    if (isClusterError(error, 401) && this.settings?.tokenIsEncoded === true) {
      return { errorType: 'Authentication', cause: encodedTokenCause(address) };
    }
    const explained = explainClusterFailure(error, { address });
    if (explained === undefined) throw error;
    return explained;
  }

  private known(): ConnectionSettings {
    if (this.postponed !== undefined) throw this.postponed;
    if (this.settings === undefined) throw new Error('The delegate step has not been done.');
    return this.settings;
  }

  private cluster(): Promise<Cluster> {
    return this.context.cluster(this.access);
  }
}

/** Through a proxy, the handshake shows in any answer, also in a refusal. */
function unlessRefused(error: unknown): void {
  if (isClusterError(error) && error.status > 0) return;
  throw error;
}

function anonymous(): AccessError {
  return new AccessError(
    'cluster.credential_invalid',
    'The cluster takes us for an anonymous user: there are no credentials.',
    ['Give the kubeconfig user a token, a certificate or an exec plugin.'],
  );
}

function secretCause(error: SecretsRefusedError): Cause {
  return {
    code: 'cluster.secret_missing',
    severity: 'fatal',
    title: 'A secret of the connector cannot be read',
    message: error.message,
    evidence: [],
    hints: ['Check that the secret exists and has a value.'],
  };
}

function toOutcome(
  steps: ConnectionTestStep[],
  failure: { cause: Cause; errorType: Failure['errorType'] } | undefined,
): TaskOutcome {
  const result = { connectionTest: { steps } };
  if (failure === undefined) return { kind: 'succeeded', outputs: {}, result };
  const { code, title, hints, evidence } = failure.cause;
  return {
    kind: 'failed',
    result,
    failure: { code, errorType: failure.errorType, message: title, causes: [failure.cause], evidence, hints },
  };
}
