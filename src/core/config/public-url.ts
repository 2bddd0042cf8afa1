import { isEnvReference, replaceEnvReferences } from './env-reference.ts'
import { Secret } from './secret.ts'

const MASK = '***'

/** A URL to keep: it prints without userinfo and without secret query values. */
export const urlSecret = (text: string): Secret => new Secret(text, publicUrl(text))

/** `text` as anyone may see it: userinfo and secret-looking query values are `***`, a fragment is gone. */
export const publicUrl = (text: string): string => replaceUrlSecrets(text, () => MASK)

/** True for a URL that was copied from where it is shown masked. */
export function isMaskedUrl(text: string): boolean {
  const url = parseUrl(text)?.url
  return url !== undefined && (url.username === MASK || url.password === MASK || queryParts(url).some(isMasked))
}

/**
 * `text` with `replace(what)` in place of its userinfo (`what` is `userinfo`) and of each secret-looking query value
 * (`what` is the parameter's name). References to the environment stay: they name secrets and hold none.
 */
export function replaceUrlSecrets(text: string, replace: (what: string) => string): string {
  const parsed = parseUrl(text)
  if (!parsed) return replace('url')
  const { url, held } = parsed
  const before = url.href
  if ((url.username || url.password) && !isEnvReference(held.restore(userinfo(url)))) {
    url.username = held.hold(replace('userinfo'))
    url.password = ''
  }
  url.search = queryParts(url)
    .map((part) => (isSecretPart(part, held) ? `${part.prefix}${held.hold(replace(nameOf(part)))}` : part.raw))
    .join('&')
  url.hash = ''
  return withoutFallbackSecrets(url.href === before ? text : held.restoreUrl(url.href), replace)
}

/** Scheme, host and port; references in it stand as written. Undefined when `text` is no URL. */
export function urlOrigin(text: string): string | undefined {
  const parsed = parseUrl(text)
  return parsed?.held.restoreUrl(parsed.url.origin)
}

/**
 * Reads a URL in which references stand for parts not known yet, even for its beginning. Only the standard parser
 * decides what userinfo is, since it reads more than people expect (backslashes, missing slashes).
 */
export function parseUrl(text: string): { readonly url: URL; readonly held: Held } | undefined {
  const held = new Held(/^\s*\$\{env:/.test(text))
  const plain = replaceEnvReferences(text.trim(), (_, whole) => held.hold(whole))
  const url = URL.parse(held.leading ? `${UNKNOWN_SCHEME}${plain}` : plain)
  return url ? { url, held } : undefined
}

const UNKNOWN_SCHEME = 'https://'

/** Pieces of text a URL parser must not see, each behind a word it leaves alone. */
class Held {
  /** The URL begins with a reference, so that its scheme is not known. */
  readonly leading: boolean
  readonly #pieces: string[] = []

  constructor(leading: boolean) {
    this.leading = leading
  }
  hold(piece: string): string {
    this.#pieces.push(piece)
    return `omni2held${this.#pieces.length - 1}x`
  }
  restore(text: string): string {
    return text.replace(/omni2held(\d+)x/g, (word, index: string) => this.#pieces[Number(index)] ?? word)
  }
  restoreUrl(text: string): string {
    return this.restore(this.leading ? text.slice(UNKNOWN_SCHEME.length) : text)
  }
}

/** One part of a query; `prefix` is the name and its `=`, empty when there is no `=`. */
type QueryPart = { readonly raw: string; readonly prefix: string; readonly value: string }

function queryParts(url: URL): readonly QueryPart[] {
  const parts = url.search.slice(1).split('&')
  return parts.map((raw) => {
    const start = raw.indexOf('=') + 1
    return { raw, prefix: raw.slice(0, start), value: raw.slice(start) }
  })
}

const isMasked = (part: QueryPart): boolean => part.value === MASK

const SECRET_NAME = /key|token|secret|pass|pwd|auth|sig|cred|session|code|jwt|bearer|cookie|sas$/i
/** Long, without spaces, of letters and digits mixed: nobody types that by hand. */
const SECRET_VALUE = /^(?=.*\d)(?=.*[A-Za-z])[\w\-+/=.~%]{20,}$/

function isSecretPart(part: QueryPart, held: Held): boolean {
  const value = held.restore(part.value)
  if (value === '' || isEnvReference(value)) return false
  return (part.prefix !== '' && SECRET_NAME.test(nameOf(part))) || SECRET_VALUE.test(value)
}

function nameOf(part: QueryPart): string {
  const name = part.prefix.slice(0, -1) || 'query'
  try {
    return decodeURIComponent(name)
  } catch {
    return name // a stray "%": the raw name tells as much
  }
}

const userinfo = (url: URL): string => (url.password ? `${url.username}:${url.password}` : url.username)

/** The fallback of a reference may be a URL with secrets of its own. */
const withoutFallbackSecrets = (text: string, replace: (what: string) => string): string =>
  replaceEnvReferences(text, ({ name, fallback }, whole) =>
    fallback && URL.canParse(fallback) ? `\${env:${name}:-${replaceUrlSecrets(fallback, replace)}}` : whole,
  )
