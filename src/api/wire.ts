import { z } from 'zod'

/** ISO 8601 in UTC with milliseconds. */
export const Time = z.iso.datetime().meta({ example: '2026-11-22T12:00:00.000Z' })

export const Milliseconds = z.number().min(0)
export const Count = z.int().min(0)
export const Id = z.int().min(1)

/**
 * Grows with each change of any server, over restarts too: of two views of a server the one with the greater is newer, and
 * a list is true as of its own.
 */
export const Version = z.int().min(0)

/** Names the history that `seq` counts. It is another one once an older database was put in place: then nothing known holds. */
export const Epoch = z.string().max(64)

/** What is wrong with a part of an input, and where. */
export const Finding = z.object({ path: z.string(), message: z.string() })
export type Finding = z.infer<typeof Finding>

/** JSON as an upstream sent it. */
export const AnyObject = z.record(z.string(), z.unknown())
export type AnyObject = z.infer<typeof AnyObject>
