import { z } from 'zod'
import type { Json, JsonObject } from '../core/capabilities.ts'
import { type Failure, REASON_CODES, STAGES } from '../core/check.ts'
import { timestamp } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { type CollectionId, collectionId, type ServerId, serverId } from '../core/ids.ts'

/**
 * The value kept as JSON `text`. @throws AppError 'unavailable' naming `what` when it is not what we wrote. The cause
 * is left out: it would quote the text, and that may be a secret.
 */
export function readStored<T>(schema: z.ZodType<T>, text: string, what: string): T {
  return checkStored(schema, parseJson(text), what)
}

/** As `readStored`, of columns. */
export function checkStored<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('unavailable', `The database is damaged: ${what} cannot be read. Restore a backup.`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no stored value is undefined, so every schema refuses it
  }
}

/** A key that is always there in the domain, and absent from JSON when it is undefined. */
export const maybe = <T>(schema: z.ZodType<T>) => schema.optional().transform((value) => value)

/** Whole milliseconds, as columns hold them and ISO 8601 writes them: a clock may count finer. */
export const wholeMs = (at: number): number => Math.floor(at)

export const StoredTimestamp = z.number().transform(timestamp)
export const StoredServerId = z.number().transform((id): ServerId => serverId(id))
export const StoredCollectionId = z.number().transform((id): CollectionId => collectionId(id))
/** What `JSON.parse` gives is JSON; checking each level again would cost seconds for a large fleet. */
export const StoredJson = z.custom<Json>((value) => value !== undefined)
export const StoredJsonObject = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null)

export const StoredFailure = z.object({
  code: z.enum(REASON_CODES),
  stage: z.enum(STAGES),
  message: z.string(),
  nextAction: z.string(),
}) satisfies z.ZodType<Failure>
