import type { Json } from '../capabilities.ts'
import { isSecretName } from '../secret-name.ts'

/** What was said in a call, for people to read later. */
export type CallPayload = {
  readonly arguments: KeptText
  /** The result, or the error of the protocol; undefined when none came. */
  readonly result: KeptText | undefined
}

/** JSON without secrets. `truncated`: there was more than is kept. */
export type KeptText = { readonly text: string; readonly truncated: boolean }

/** So many bytes are kept of the arguments, and of the result. */
export const KEPT_BYTES = 16 * 1024

type Hiding = {
  /** Names of fields that are hidden whatever is in them. */
  readonly fields: ReadonlySet<string>
  /** Hides the server's own credentials. */
  readonly conceal: ((text: string) => string) | undefined
}

/** As much of `value` as is kept. Looks at little more than that, however large it is. */
export function keptText(value: Json, { fields, conceal }: Hiding): KeptText {
  let left = KEPT_BYTES
  const text = JSON.stringify(value, (name, part: Json) => {
    if (left < 0) return undefined
    left -= name.length + 1
    if (fields.has(name.toLowerCase()) || (isSecretName(name) && !isCounted(part))) return '***'
    if (typeof part !== 'string') return Array.isArray(part) ? part.slice(0, left + 1) : part
    // What is hidden is looked for before the text is cut, which could leave a part of it.
    const start = part.slice(0, left + KEPT_BYTES)
    const shown = withoutFields(withoutTokens(conceal ? conceal(start) : start), fields).slice(0, left + 1)
    left -= shown.length
    return shown
  })
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= KEPT_BYTES) return { text, truncated: left < 0 }
  // A character that was cut in two is left out.
  const whole = new TextDecoder().decode(bytes.subarray(0, KEPT_BYTES), { stream: true })
  return { text: whole, truncated: true }
}

/** A `max_tokens` is no secret. */
const isCounted = (part: Json): boolean => typeof part === 'number' || typeof part === 'boolean' || part === null

/** A name and its value in JSON that is sent as a text, as results of tools often are; of what was cut off up to its end. */
const FIELD = /"([^"\\]{1,200})"(\s*:\s*)("(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[^\s,}\]{["]+)/g

const withoutFields = (text: string, fields: ReadonlySet<string>): string =>
  text.replace(FIELD, (whole, name: string, colon: string, value: string) =>
    fields.has(name.toLowerCase()) || (isSecretName(name) && value.startsWith('"')) ? `"${name}"${colon}"***"` : whole,
  )

/** Our own, and what follows the word in a header. */
const withoutTokens = (text: string): string =>
  text.replace(/\bomni2_[a-z]+_\w{16,}/g, '***').replace(/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, '$1 ***')
