import type { Problem } from '../../api/problem.ts'
import { AppError, type ErrorCode, type FieldError } from '../../core/errors.ts'
import { validationError } from './validation-error.ts'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

type Kind = { readonly status: number; readonly title: string; readonly retryAfterSeconds?: number }

/** The one table from an error's code to HTTP. `retryAfterSeconds`: told when the error does not know better. */
const KINDS = {
  bad_request: { status: 400, title: 'Bad request' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'Conflict' },
  precondition_failed: { status: 412, title: 'Changed meanwhile' },
  too_large: { status: 413, title: 'Too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  invalid_input: { status: 422, title: 'Invalid input' },
  rate_limited: { status: 429, title: 'Too many requests', retryAfterSeconds: 60 },
  upstream_failed: { status: 502, title: 'The MCP server failed' },
  unavailable: { status: 503, title: 'Unavailable', retryAfterSeconds: 5 },
  circuit_open: { status: 503, title: 'Circuit breaker open', retryAfterSeconds: 30 },
  upstream_timeout: { status: 504, title: 'The MCP server did not answer in time' },
  internal: { status: 500, title: 'Internal error' },
} as const satisfies Record<ErrorCode | 'internal', Kind>

/** What a failed request is answered with. An error nobody expected is a bug: shown as `internal` and nothing more. */
export function toProblem(error: unknown): Problem {
  const known = toAppError(error)
  if (!known) return { type: 'about:blank', ...pick('internal'), code: 'internal' }
  const kind: Kind = KINDS[known.code]
  const retryAfter = known.retryAfterMs === undefined ? kind.retryAfterSeconds : Math.ceil(known.retryAfterMs / 1000)
  return {
    type: 'about:blank',
    ...pick(known.code),
    detail: known.message,
    code: known.code,
    ...(known.fields.length > 0
      ? { errors: known.fields.map(({ path, message }: FieldError) => ({ path, message })) }
      : {}),
    ...(retryAfter === undefined ? {} : { retry_after_seconds: Math.max(1, retryAfter) }),
  }
}

/** The headers that go with a problem. */
export function problemHeaders(problem: Problem): Readonly<Record<string, string>> {
  return {
    'content-type': PROBLEM_TYPE,
    'cache-control': 'no-store',
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer realm="omni2"' } : {}),
    ...(problem.retry_after_seconds === undefined ? {} : { 'retry-after': String(problem.retry_after_seconds) }),
  }
}

const pick = (code: keyof typeof KINDS) => ({ title: KINDS[code].title, status: KINDS[code].status })

/** What Fastify refuses by itself, in our words. */
const REFUSALS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large', 'The body is larger than this route takes'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as application/json'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_request', 'The body is not as long as Content-Length says'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['bad_request', 'The body is not valid JSON'],
  FST_ERR_BAD_URL: ['bad_request', 'The path is not a valid URL path'],
  FST_ERR_INVALID_URL: ['bad_request', 'The path is not a valid URL path'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'Not found'],
}

/** The expected failure in an error; undefined for a bug. */
function toAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  const invalid = validationError(error)
  if (invalid) return invalid
  if (typeof error !== 'object' || error === null) return undefined
  const [code, message] = ('code' in error && REFUSALS[String(error.code)]) || []
  if (code) return new AppError(code, message ?? '', { cause: error })
  // Such as a connection lost in the middle of a body.
  const unreadable = 'statusCode' in error && error.statusCode === 400
  return unreadable ? new AppError('bad_request', 'The request could not be read', { cause: error }) : undefined
}
