import { CONFIG_LIMITS } from './config-rules.ts'

/** The nearest name to `wanted` that fits and is not taken, such as `My-Server-2`; the same for the same input. */
export function proposeName(wanted: string, isTaken: (name: string) => boolean): string {
  const base = fitting(wanted, CONFIG_LIMITS.name) || 'server'
  if (!isTaken(base)) return base
  let stem = base
  for (let number = 2; ; number++) {
    const suffix = `-${number}`
    // A thousand entries may want the same name, so that this is no work but where the number gets longer.
    if (stem.length + suffix.length > CONFIG_LIMITS.name)
      stem = trimmed(base.slice(0, CONFIG_LIMITS.name - suffix.length))
    if (!isTaken(stem + suffix)) return stem + suffix
  }
}

/** Letters and digits of `wanted`, and between them what a name may hold; anything else is a hyphen. */
function fitting(wanted: string, limit: number): string {
  const plain = wanted.slice(0, 200).normalize('NFKD').replace(/\p{M}/gu, '')
  const joined = plain.replace(/[^A-Za-z0-9]+/g, (gap) => (/^([.-]+|_)$/.test(gap) ? gap : '-'))
  return trimmed(trimmed(joined).slice(0, limit))
}

const trimmed = (name: string): string => name.replace(/^[._-]+/, '').replace(/[._-]+$/, '')
