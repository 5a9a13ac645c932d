import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const words = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? '')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  );

const optionalText = z
  .string()
  .optional()
  .transform((text) => (text?.trim() === '' ? undefined : text?.trim()));
const flag = z
  .enum(['0', '1', 'true', 'false'])
  .optional()
  .transform((text) => text === '1' || text === 'true');

const EnvironmentSchema = z.object({
  SLIPWAY_URL: z.url({
    protocol: /^https?$/,
    error: 'SLIPWAY_URL must be the address of the control plane, such as https://slipway.example.com',
  }),
  SLIPWAY_DELEGATE_TOKEN: optionalText,
  SLIPWAY_DELEGATE_TOKEN_FILE: optionalText,
  SLIPWAY_DELEGATE_NAME: z
    .string({ error: 'SLIPWAY_DELEGATE_NAME must be set' })
    .regex(
      /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
      'SLIPWAY_DELEGATE_NAME holds lower-case letters, digits and - (at most 63)',
    ),
  SLIPWAY_DELEGATE_TAGS: words,
  SLIPWAY_DELEGATE_DESCRIPTION: optionalText,
  SLIPWAY_DELEGATE_INSTANCE: optionalText,
  SLIPWAY_DELEGATE_LOCAL: flag,
  SLIPWAY_DELEGATE_STATE_DIR: optionalText,
  SLIPWAY_DELEGATE_CAPACITY: z.coerce.number().int().min(1).max(1000).default(20),
  SLIPWAY_DELEGATE_HEALTH_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  SLIPWAY_DELEGATE_DRAIN_SECONDS: z.coerce.number().int().min(0).max(86_400).default(540),
  SLIPWAY_KUBECONFIG: optionalText,
  SLIPWAY_SANDBOX_STATUS: optionalText,
  SLIPWAY_CA_FILE: optionalText,
  SLIPWAY_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface DelegateConfig {
  url: string;
  token: string;
  name: string;
  tags: string[];
  description?: string;
  instanceId?: string;
  hostname: string;
  /** On a person's machine, beside the control plane: loopback addresses may be reached. */
  local: boolean;
  stateDir?: string;
  capacity: number;
  healthPort?: number;
  drainMs: number;
  kubeconfig?: string;
  sandboxStatus?: string;
  /** PEM bundle that is trusted besides the public authorities. */
  ca?: string;
  logLevel: z.infer<typeof EnvironmentSchema>['SLIPWAY_LOG_LEVEL'];
  environment: Readonly<Record<string, string | undefined>>;
}

/** The environment cannot be used; `problems` names each variable. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The delegate's settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Reads and checks all settings at once. Throws `ConfigError`. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): DelegateConfig {
  const parsed = EnvironmentSchema.safeParse(withoutEmpty(environment));
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => problemOf(issue.path.join('.'), issue.message)));
  }
  const values = parsed.data;
  const token =
    values.SLIPWAY_DELEGATE_TOKEN ??
    fileText('SLIPWAY_DELEGATE_TOKEN_FILE', values.SLIPWAY_DELEGATE_TOKEN_FILE);
  if (token === undefined || token === '') {
    throw new ConfigError([
      'SLIPWAY_DELEGATE_TOKEN or SLIPWAY_DELEGATE_TOKEN_FILE must hold a delegate token',
    ]);
  }
  const ca = fileText('SLIPWAY_CA_FILE', values.SLIPWAY_CA_FILE);
  return {
    url: values.SLIPWAY_URL.replace(/\/+$/, ''),
    token,
    name: values.SLIPWAY_DELEGATE_NAME,
    tags: [...new Set([values.SLIPWAY_DELEGATE_NAME, ...values.SLIPWAY_DELEGATE_TAGS])],
    hostname: hostname(),
    local: values.SLIPWAY_DELEGATE_LOCAL,
    capacity: values.SLIPWAY_DELEGATE_CAPACITY,
    drainMs: values.SLIPWAY_DELEGATE_DRAIN_SECONDS * 1000,
    logLevel: values.SLIPWAY_LOG_LEVEL,
    environment,
    ...(values.SLIPWAY_DELEGATE_DESCRIPTION === undefined
      ? {}
      : { description: values.SLIPWAY_DELEGATE_DESCRIPTION }),
    ...(values.SLIPWAY_DELEGATE_INSTANCE === undefined
      ? {}
      : { instanceId: values.SLIPWAY_DELEGATE_INSTANCE }),
    ...(values.SLIPWAY_DELEGATE_STATE_DIR === undefined
      ? {}
      : { stateDir: values.SLIPWAY_DELEGATE_STATE_DIR }),
    ...(values.SLIPWAY_DELEGATE_HEALTH_PORT === undefined
      ? {}
      : { healthPort: values.SLIPWAY_DELEGATE_HEALTH_PORT }),
    ...(values.SLIPWAY_KUBECONFIG === undefined ? {} : { kubeconfig: values.SLIPWAY_KUBECONFIG }),
    ...(values.SLIPWAY_SANDBOX_STATUS === undefined ? {} : { sandboxStatus: values.SLIPWAY_SANDBOX_STATUS }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Manifests and compose files set variables to nothing where others would leave them out. */
function withoutEmpty(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ''));
}

function problemOf(variable: string, message: string): string {
  return message.startsWith('SLIPWAY_') ? message : `${variable}: ${message}`;
}

function fileText(variable: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError([`${variable}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}
