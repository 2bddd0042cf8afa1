/** Between the name of a server, which has none in it, and that of its tool or prompt. */
const SEPARATOR = '__'

/** Many clients refuse longer names of tools. */
export const USUAL_NAME_LIMIT = 64

/**
 * What clients know a tool or prompt by where servers are put together: `server__name`. A name that is too long, or has
 * characters that clients refuse, ends in a hash of it instead; `originalName` finds it again.
 */
export function publicName(server: string, name: string, limit: number): string {
  const joined = server + SEPARATOR + name
  if (joined.length <= limit && ACCEPTED.test(name)) return joined
  const tail = `_${hash(name)}`
  const room = Math.max(0, limit - server.length - SEPARATOR.length - tail.length)
  return `${server}${SEPARATOR}${name.replace(REFUSED, '_').slice(0, room)}${tail}`
}

/** The server a public name belongs to, and what stands for the name there; undefined when it names none. */
export function splitName(text: string): { readonly server: string; readonly name: string } | undefined {
  const at = text.indexOf(SEPARATOR)
  return at <= 0 ? undefined : { server: text.slice(0, at), name: text.slice(at + SEPARATOR.length) }
}

/** Which of the server's `names` the part of a public name stands for; the part itself when it is none of theirs. */
export function originalName(server: string, part: string, names: Iterable<string>, limit: number): string {
  const asked = server + SEPARATOR + part
  for (const name of names) if (publicName(server, name, limit) === asked) return name
  return part
}

const ACCEPTED = /^[A-Za-z0-9_.-]+$/
const REFUSED = /[^A-Za-z0-9_.-]/g

/** FNV-1a from two starting points: ten digits that depend on the name alone, on every machine and in every run. */
function hash(text: string): string {
  return [0x811c9dc5, 0x01000193].map((basis) => fnv1a(text, basis).toString(36).padStart(7, '0').slice(-5)).join('')
}

function fnv1a(text: string, basis: number): number {
  let hash = basis
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
