import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'
import type { LOG_LEVELS } from './config/settings.ts'
import { escapeUnprintable } from './log-line.ts'

type Options = {
  readonly level: (typeof LOG_LEVELS)[number]
  readonly destination: DestinationStream
  /** Values that must not appear whatever they look like, such as a configured admin token. */
  readonly secrets: readonly string[]
}

/** Fields that carry credentials by their name. */
const REDACTED = ['authorization', 'cookie', 'token', 'secret', 'password', 'api_key', 'headers', 'env']

/** Writes one JSON object a line, without credentials: by the names of fields, and by what text looks like. */
export function createLog({ level, destination, secrets }: Options): Logger {
  const redact = textRedactor(secrets)
  return pino(
    {
      level,
      base: undefined,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause },
      redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '***' },
      hooks: { streamWrite: redact },
    },
    destination,
  )
}

/** Replaces in a text what is a secret by its form (our tokens, bearer values, userinfo of URLs) or by its value. */
function textRedactor(secrets: readonly string[]): (text: string) => string {
  // As they stand in a JSON text; a very short one would blank out innocent words.
  const values = secrets.filter((secret) => secret.length >= 8).map((secret) => JSON.stringify(secret).slice(1, -1))
  return (text) => {
    let clean = text
      .replace(/omni2_[a-z]+_[A-Za-z0-9_-]{43}/g, '***')
      .replace(/\b(Bearer|Basic) +[^\s"\\,]+/gi, '$1 ***')
      .replace(/:\/\/[^\s"/@]{1,256}@/g, '://***@')
    for (const value of values) clean = clean.replaceAll(value, '***')
    return escapeUnprintable(clean)
  }
}
