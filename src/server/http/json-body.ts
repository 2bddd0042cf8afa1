import { endOfString } from '../../core/json-text.ts'

/** Deeper than anything we take; parsers on the way must not be brought down by depth. */
const MAX_DEPTH = 100
/** Of one object. A schema names every key it does not know, and 90,000 of them in 1 MiB cost a second. */
const MAX_KEYS = 5_000

/**
 * What is wrong with a JSON text beyond its syntax: too much of it, and keys that another parser would read differently. A key that stands
 * twice in one object is refused anywhere; keys of the outermost object that differ in case only are refused too.
 */
export function findJsonTrap(text: string): string | undefined {
  /** Keys seen so far of each open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = []
  let expectsKey = false
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '{':
      case '[': {
        const isObject = text[at] === '{'
        open.push(isObject ? new Set() : undefined)
        if (open.length > MAX_DEPTH) return `The body is nested more than ${MAX_DEPTH} levels deep`
        expectsKey = isObject
        break
      }
      case '}':
      case ']':
        open.pop()
        expectsKey = false
        break
      case ',':
        expectsKey = open.at(-1) !== undefined
        break
      case '"': {
        const end = endOfString(text, at)
        const keys = open.at(-1)
        if (expectsKey && keys) {
          const key = decode(text.slice(at, end + 1))
          const seen = open.length === 1 ? key.toLowerCase() : key
          if (keys.has(seen)) return `The key ${JSON.stringify(key.slice(0, 100))} stands twice in one object`
          keys.add(seen)
          if (keys.size > MAX_KEYS) return `An object has more than ${MAX_KEYS} keys`
        }
        expectsKey = false
        at = end
        break
      }
    }
  }
  return undefined
}

/** The key as a parser reads it, so that `"\u0061"` is `"a"`. One that is not valid JSON is left to the parser to refuse. */
function decode(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  try {
    return String(JSON.parse(literal))
  } catch {
    return literal
  }
}
