import { errors } from '@slipway/contracts';
import type { ErrorCode, ErrorDetail, Problem } from '@slipway/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod';
import { AppError } from './fail.ts';

/** What Fastify itself refuses, in our words. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request.malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request.malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request.malformed',
  FST_ERR_BAD_URL: 'request.malformed',
};

/** Answers every failure as RFC 9457 problem details, and addresses that do not exist. */
export const problemPlugin = fp(
  async (app: FastifyInstance) => {
    app.setErrorHandler((error, request, reply) => {
      const failure = toAppError(error);
      logFailure(request, failure);
      return sendProblem(reply, failure);
    });
  },
  { name: 'problems' },
);

export function sendProblem(reply: FastifyReply, failure: AppError): FastifyReply {
  if (failure.retryAfter !== undefined)
    void reply.header('retry-after', String(Math.ceil(failure.retryAfter)));
  return reply
    .code(failure.status)
    .type('application/problem+json')
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send(toProblem(failure, reply.request.id));
}

export function toProblem(failure: AppError, requestId: string): Problem {
  return {
    type: `/docs/errors#${failure.code}`,
    title: errors[failure.code].title,
    status: failure.status,
    code: failure.code,
    detail: failure.message,
    instance: requestId,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    ...(failure.errors === undefined ? {} : { errors: failure.errors.map(toDetail) }),
    ...(failure.details === undefined ? {} : { details: { ...failure.details } }),
  };
}

function toDetail(detail: ErrorDetail): NonNullable<Problem['errors']>[number] {
  return {
    message: detail.message,
    ...(detail.pointer === undefined ? {} : { pointer: detail.pointer }),
    ...(detail.line === undefined ? {} : { line: detail.line }),
    ...(detail.column === undefined ? {} : { column: detail.column }),
  };
}

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return fromValidation(error);
  if (error instanceof Error && isResponseSerializationError(error)) {
    return new AppError('internal', 'The answer did not match its own contract.', { cause: error });
  }
  const code = codeOf(error);
  const ours = code === undefined ? undefined : frameworkCodes[code];
  if (ours !== undefined && error instanceof Error)
    return new AppError(ours, error.message, { cause: error });
  // Postgres cannot store NUL characters, which only nonsense requests carry.
  if (/\b(22021|22P05)\b/.test(databaseCodeOf(error) ?? '')) {
    return new AppError('request.malformed', 'The request holds a NUL character.', { cause: error });
  }
  if (code !== undefined && unreachableCodes.has(code)) {
    return new AppError('service.unavailable', 'The database cannot be reached at the moment.', {
      cause: error,
      retryAfter: 2,
    });
  }
  return new AppError('internal', 'Something went wrong inside Slipway.', {
    hint: 'Try again. If it stays, quote the request id to whoever runs this installation: its log says more.',
    cause: error,
  });
}

const unreachableCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  // No connection was free in time, or a transaction took too long.
  'P2028',
]);

type ValidationError = Error & {
  validation: { instancePath: string; message?: string }[];
  validationContext?: string;
};

function fromValidation(error: unknown): AppError {
  // The guard has just said that it is one; its declared type hides these two fields.
  const { validation, validationContext } = error as ValidationError;
  const inBody = validationContext === undefined || validationContext === 'body';
  const details = validation.map(({ instancePath, message }) => {
    const path = instancePath === '/' ? '' : instancePath;
    return { pointer: inBody ? path : path.slice(1), message: message ?? 'is not valid' };
  });
  const [first] = details;
  const where = first === undefined || first.pointer === '' ? '' : `${first.pointer}: `;
  return new AppError('request.invalid', `${where}${first?.message ?? 'The request is not valid.'}`, {
    errors: details,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Prisma keeps what Postgres said in its own error's `meta`. */
function databaseCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('meta' in error && error.meta !== undefined) return JSON.stringify(error.meta);
  return codeOf(error);
}

function logFailure(request: FastifyRequest, failure: AppError): void {
  const fields = { code: failure.code, route: request.routeOptions.url, ...failure.context };
  if (failure.status >= 500) request.log.error({ ...fields, err: failure.cause ?? failure }, failure.message);
  else request.log.debug(fields, failure.message);
}
