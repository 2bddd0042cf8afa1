/** What an expected failure is; `http/problems.ts` of the server maps each to HTTP. */
export const ERROR_CODES = [
  'bad_request',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'precondition_failed',
  'too_large',
  'unsupported_media_type',
  'invalid_input',
  'rate_limited',
  'unavailable',
  'upstream_failed',
  'upstream_timeout',
  'circuit_open',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** Where in an input something is wrong: `path` is a JSON path without the leading `$`, such as `servers.0.url`. */
export type FieldError = { readonly path: string; readonly message: string }

type Details = ErrorOptions & {
  readonly fields?: readonly FieldError[]
  /** When trying again makes sense, milliseconds from now. */
  readonly retryAfterMs?: number
}

/** A failure the caller is expected to handle. Its message never carries a secret. Anything else thrown is a bug. */
export class AppError extends Error {
  override name = 'AppError'
  readonly code: ErrorCode
  readonly fields: readonly FieldError[]
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, details)
    this.code = code
    this.fields = details.fields ?? []
    this.retryAfterMs = details.retryAfterMs
  }
}

/** Marks a branch the types say cannot be reached; a new union member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable: ${JSON.stringify(value)}`)
}
