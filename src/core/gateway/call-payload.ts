import type { Json } from '../capabilities.ts'
import { endOfBrackets } from '../json-text.ts'
import { isCountName, isSecretName } from '../secret-name.ts'

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
export function keptText(value: Json, hiding: Hiding): KeptText {
  let left = KEPT_BYTES
  const text = JSON.stringify(value, (name, part: Json) => {
    if (left < 0) return undefined
    left -= name.length + 1
    if (isHidden(name, part, hiding)) return '***'
    if (typeof part !== 'string') return Array.isArray(part) ? part.slice(0, left + 1) : part
    // What is hidden is looked for before the text is cut, which could leave a part of it.
    const shown = hide(part.slice(0, left + KEPT_BYTES), hiding).slice(0, left + 1)
    left -= shown.length
    return shown
  })
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= KEPT_BYTES) return { text, truncated: left < 0 }
  // A character that was cut in two is left out.
  const whole = new TextDecoder().decode(bytes.subarray(0, KEPT_BYTES), { stream: true })
  return { text: whole, truncated: true }
}

const isHidden = (name: string, part: Json, { fields }: Hiding): boolean =>
  fields.has(name.toLowerCase()) || (isSecretName(name) && !isHarmless(name, part))

/** A `max_tokens` is no secret. */
const isHarmless = (name: string, part: Json): boolean =>
  typeof part === 'number' ? isCountName(name) : typeof part === 'boolean' || part === null

function hide(text: string, hiding: Hiding): string {
  const said = withoutTokens(hiding.conceal ? hiding.conceal(text) : text)
  return hideInJson(said, hiding) ?? hideInPieces(said, hiding)
}

/** JSON that is sent as a text, as results of tools often are; undefined for what is none, and where nothing is hidden in it. */
function hideInJson(text: string, hiding: Hiding): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  try {
    const json: Json = JSON.parse(text)
    const shown = JSON.stringify(json, (name, part: Json) => {
      if (isHidden(name, part, hiding)) return '***'
      return typeof part === 'string' ? hide(part, hiding) : part
    })
    // Spaces and long numbers stay as they were said then; of names that come twice only the last was read.
    return shown === JSON.stringify(json) ? undefined : shown
  } catch {
    // It was cut, or is too deep.
    return undefined
  }
}

/** A name and its value in JSON, of lists and objects the bracket; of what was cut off up to its end. */
const FIELD = /"([^"\\]{1,200})"(\s*:\s*)("(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[^\s,}\]{["]+|[{[])/g

/** The same for JSON that was cut, or stands in a text. */
function hideInPieces(text: string, hiding: Hiding): string {
  let shown = ''
  let from = 0
  for (const match of text.matchAll(FIELD)) {
    const [whole, name = '', colon = '', value = ''] = match
    if (match.index < from || !isHidden(name, kindOf(value), hiding)) continue
    shown += `${text.slice(from, match.index)}"${name}"${colon}"***"`
    const end = match.index + whole.length
    from = /^[{[]/.test(value) ? endOfBrackets(text, end - 1) : end
  }
  return shown + text.slice(from)
}

/** Something of the kind that a JSON text begins, which may be cut. */
const kindOf = (value: string): Json => (/^[tfn]/.test(value) ? null : /^[-\d]/.test(value) ? 0 : '')

/** Our own, and what follows the word in a header. */
const withoutTokens = (text: string): string =>
  text.replace(/\bomni2_[a-z]+_\w{16,}/g, '***').replace(/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, '$1 ***')
