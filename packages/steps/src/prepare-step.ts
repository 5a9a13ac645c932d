import type { Failure, StepType } from '@slipway/contracts';
import { formatDuration, parseDuration } from '@slipway/contracts';
import { evaluateTemplate, maskSecrets, resolveTree } from '@slipway/expressions';
import type { PlainValue, Scope, ScopeValue, Value } from '@slipway/expressions';
import { configurationFailure, failureOfExpressions } from './failures.ts';
import { memberOf } from './members.ts';
import { stepKindOf } from './registry.ts';
import type { StepKind } from './step-kind.ts';

/** A step as the compiled graph holds it. */
export interface WrittenStep {
  readonly type: StepType;
  readonly spec: unknown;
  /** Its timeout, when that is written with an expression. */
  readonly timeoutText?: string;
  /** Dotted path of the step in the pipeline. */
  readonly place: string;
}

/** A step whose expressions are resolved and whose spec is checked. */
export interface PreparedStep {
  readonly kind: StepKind;
  readonly spec: Value;
  /** The spec as it may be stored and shown: masks stand for secrets. */
  readonly inputs: PlainValue;
  /** References of the files of the file store that the step needs. */
  readonly files: readonly string[];
  readonly delegateSelectors: readonly string[];
  /** Milliseconds; only when `timeoutText` was given. */
  readonly timeoutMs?: number;
}

export type StepPreparation =
  | { readonly ok: true; readonly step: PreparedStep }
  | { readonly ok: false; readonly failure: Failure };

/** Resolves and checks a step just before it runs. `spec` must be plain data, as a parsed document is. */
export function prepareStep(written: WrittenStep, scope: Scope): StepPreparation {
  const kind = stepKindOf(written.type);
  const place = `${written.place}.spec`;
  // Parsed YAML is plain data; anything else in it is reported by resolveTree, not trusted.
  const resolved = resolveTree((written.spec ?? {}) as ScopeValue, scope, { path: place, asText: true });
  if (!resolved.ok) return { ok: false, failure: failureOfExpressions(resolved.errors) };
  const inputs = maskSecrets(resolved.value);
  const checked = kind.spec.safeParse(inputs);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const at = [place, ...(issue?.path ?? [])].map(String).join('.');
    return {
      ok: false,
      failure: configurationFailure('step.spec_invalid', `${at}: ${issue?.message ?? 'not valid'}`),
    };
  }
  const timeout = resolveTimeout(written, kind, scope);
  if (typeof timeout === 'object') return { ok: false, failure: timeout };
  return {
    ok: true,
    step: {
      kind,
      spec: resolved.value,
      inputs,
      files: kind.filesOf(resolved.value),
      delegateSelectors: selectorsOf(resolved.value),
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    },
  };
}

function selectorsOf(spec: Value): readonly string[] {
  const selectors = memberOf(spec, 'delegateSelectors');
  return Array.isArray(selectors) ? selectors.filter((selector) => typeof selector === 'string') : [];
}

function resolveTimeout(
  { timeoutText, place }: WrittenStep,
  kind: StepKind,
  scope: Scope,
): number | undefined | Failure {
  if (timeoutText === undefined) return undefined;
  const resolved = evaluateTemplate(timeoutText, scope, { place: `${place}.timeout` });
  if (!resolved.ok) return failureOfExpressions([resolved.error]);
  const written = maskSecrets(resolved.value);
  const ms = typeof written === 'string' ? parseDuration(written) : null;
  if (ms !== null && ms >= kind.minimumTimeoutMs) return ms;
  return configurationFailure(
    'step.timeout_invalid',
    `${place}.timeout: ${JSON.stringify(written)} is not a duration of at least ${formatDuration(kind.minimumTimeoutMs)}.`,
    ['Write a duration such as 10m or 1h 30m.'],
  );
}
