import { z } from 'zod';
import { StartError } from './start-error.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const optionalText = z
  .string()
  .transform((text) => (text.trim() === '' ? undefined : text))
  .optional();

const databaseUrl = z
  .string({ error: 'is not set' })
  .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
  .refine((text) => URL.canParse(text), 'is not a URL');

const EnvironmentSchema = z.object({
  DATABASE_URL: databaseUrl,
  SLIPWAY_HOST: z.string().min(1).default('127.0.0.1'),
  SLIPWAY_PORT: port.default(7480),
  SLIPWAY_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://slipway.example.com' })
    .optional(),
  SLIPWAY_MASTER_KEY: optionalText,
  SLIPWAY_WEB_DIR: optionalText,
  SLIPWAY_SANDBOX_STATUS: optionalText,
  SLIPWAY_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SLIPWAY_TRUSTED_PROXIES: optionalText,
  SLIPWAY_BOOTSTRAP_ADMIN_EMAIL: z.email('must be an e-mail address').max(254).optional(),
  SLIPWAY_BOOTSTRAP_ADMIN_PASSWORD: optionalText,
  SLIPWAY_BOOTSTRAP_API_KEY: optionalText.pipe(
    z.string().min(16, 'must have at least 16 characters').max(256).optional(),
  ),
  SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN: optionalText,
});

/** Everything the environment says, read once. */
export interface Config {
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  /** Where browsers reach the console; its scheme decides whether cookies are `Secure`. */
  readonly baseUrl: string;
  readonly masterKey: string | undefined;
  /** The built console; without it only the API is served. */
  readonly webDir: string | undefined;
  readonly sandboxStatusFile: string | undefined;
  readonly logLevel: z.infer<typeof EnvironmentSchema>['SLIPWAY_LOG_LEVEL'];
  /** Addresses or ranges whose `x-forwarded-for` is believed; nobody's by default. */
  readonly trustedProxies: readonly string[];
  readonly bootstrap: {
    readonly adminEmail: string;
    readonly adminPassword: string | undefined;
    readonly apiKey: string | undefined;
    readonly delegateToken: string | undefined;
  };
}

/** Reads the environment. Throws a `StartError` that lists everything that is wrong with it at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = EnvironmentSchema.safeParse(environment);
  if (!parsed.success) {
    throw new StartError({
      what: 'the configuration is not valid.',
      why: parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '),
      remedy: 'Correct these environment variables; docs/configuration.md lists them all.',
    });
  }
  const values = parsed.data;
  return {
    databaseUrl: values.DATABASE_URL,
    host: values.SLIPWAY_HOST,
    port: values.SLIPWAY_PORT,
    baseUrl: values.SLIPWAY_BASE_URL ?? localUrl(values.SLIPWAY_HOST, values.SLIPWAY_PORT),
    masterKey: values.SLIPWAY_MASTER_KEY,
    webDir: values.SLIPWAY_WEB_DIR,
    sandboxStatusFile: values.SLIPWAY_SANDBOX_STATUS,
    logLevel: values.SLIPWAY_LOG_LEVEL,
    trustedProxies: (values.SLIPWAY_TRUSTED_PROXIES ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
    bootstrap: {
      adminEmail: values.SLIPWAY_BOOTSTRAP_ADMIN_EMAIL ?? 'admin@localhost.localdomain',
      adminPassword: values.SLIPWAY_BOOTSTRAP_ADMIN_PASSWORD,
      apiKey: values.SLIPWAY_BOOTSTRAP_API_KEY,
      delegateToken: values.SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN,
    },
  };
}

/** A server that listens on every address is reached on the loopback one. */
function localUrl(host: string, onPort: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${onPort}`;
}
