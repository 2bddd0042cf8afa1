import { createHash } from 'node:crypto'
import type { Json } from '../core/capabilities.ts'

/** JSON with sorted keys and no spaces: equal values give equal text. Recursive: for values of bounded depth only. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}

/** SHA-256 of a text, in hexadecimal. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** True when arrays and objects nest more than `maxDepth` levels; safe for any depth. */
export function isDeeperThan(value: Json, maxDepth: number): boolean {
  const open: { readonly value: Json; readonly depth: number }[] = [{ value, depth: 1 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.value === null || typeof next.value !== 'object') continue
    if (next.depth > maxDepth) return true
    for (const member of Object.values(next.value)) open.push({ value: member, depth: next.depth + 1 })
  }
  return false
}

// `Array.isArray` does not narrow readonly arrays.
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
