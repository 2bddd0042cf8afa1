import type { Json, JsonObject } from '../capabilities.ts'

/** True for an object of nothing but JSON, at most `maxDepth` levels deep. */
export const isJsonObject = (value: unknown, maxDepth: number): value is JsonObject =>
  isPlainObject(value) && isJson(value, maxDepth)

/** True for what `{}` in JSON becomes; its keys are any, so read them with care. */
export const isPlainObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function isJson(value: unknown, maxDepth: number): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || maxDepth < 1) return false
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  return parts.every((part) => isJson(part, maxDepth - 1))
}
