import { z } from 'zod'

/** What every list takes. A cursor is opaque; it comes from `next_cursor`. */
export const paging = {
  limit: z.coerce.number<number | string>().int().min(1).max(1_000).default(50),
  cursor: z.string().min(1).max(512).optional(),
}

/** `true` or `false` in a query string. */
export const flag = z.union([z.boolean(), z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })])

/** Several values in a query string: `a,b` or the parameter repeated. */
export const listOf = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .union([z.string().max(8_192), z.array(z.string().max(512)).max(100)])
    .transform((raw) => [raw].flat().flatMap((part) => part.split(',')))
    .pipe(z.array(item).max(100))

/** An id in a path. Any text is let through: one that cannot exist is an unknown one, 404 and not 422. */
export const pathId = z.coerce.string<string | number>()
