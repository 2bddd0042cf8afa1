import { z } from 'zod'
import { isLocal } from './address.ts'
import { CliError, EXIT } from './exit-code.ts'

const Coded = z.object({ code: z.string() })

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'timed out',
  UND_ERR_CONNECT_TIMEOUT: 'timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_SOCKET: 'connection closed',
}

/** Told when nothing at `url` answered, with why in a few words. */
export function noAnswer(url: string, cause: unknown): CliError {
  return new CliError(EXIT.unreachable, `No Omni2 at ${url} (${why(cause)}).`, {
    cause,
    hints: [
      ...(isLocal(url) ? ['Start one with: omni2 serve'] : []),
      'Name another with --url, OMNI2_URL or: omni2 login <url>',
    ],
  })
}

/** Told when something answered that does not speak as Omni2 does. */
export const notOmni2 = (url: string, cause?: unknown): CliError =>
  new CliError(EXIT.unreachable, `What answers at ${url} is not this version of Omni2.`, {
    cause,
    hints: ['Check the address, and that the server and this command line are of the same version.'],
  })

function why(cause: unknown): string {
  const code = codes(cause)[0]
  if (code === undefined) return deepest(cause)
  const tls = /CERT|TLS|SSL|SIGNED|ALTNAME/.test(code)
  return REASONS[code] ?? (tls ? `its certificate is not trusted, ${code}` : code)
}

/** `fetch failed` says nothing; what it was caused by does. */
const deepest = (error: unknown): string =>
  error instanceof Error ? (error.cause === undefined ? error.message : deepest(error.cause)) : String(error)

/** Codes of an error, of its causes, and of the attempts it sums up. */
function codes(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return []
  const own = Coded.safeParse(error)
  const parts = error instanceof AggregateError ? error.errors.flatMap(codes) : []
  return [...codes(error.cause), ...parts, ...(own.success ? [own.data.code] : [])]
}
