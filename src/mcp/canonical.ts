import { createHash } from 'node:crypto'
import type { Json } from '../core/capabilities.ts'
import { isList } from './json-rpc.ts'

/** JSON with sorted keys and no spaces: equal values give equal text. Recursive: for values of bounded depth only. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}

/** SHA-256 of a text, in hexadecimal. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** `bytes`: about what it takes in memory. */
export type Extent = { readonly values: number; readonly bytes: number; readonly tooDeep: boolean }

const BYTES_OF_A_VALUE = 32

/** How much there is in `value`, itself included, unless it nests more than `maxDepth` levels; safe for any depth. */
export function extentOf(value: Json, maxDepth: number): Extent {
  const open: { readonly value: Json; readonly depth: number }[] = [{ value, depth: 1 }]
  let values = 0
  let characters = 0
  const extent = (tooDeep: boolean) => ({ values, bytes: values * BYTES_OF_A_VALUE + characters, tooDeep })
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    values++
    if (typeof next.value === 'string') characters += next.value.length
    if (next.value === null || typeof next.value !== 'object') continue
    if (next.depth > maxDepth) return extent(true)
    for (const member of Object.values(next.value)) open.push({ value: member, depth: next.depth + 1 })
  }
  return extent(false)
}
