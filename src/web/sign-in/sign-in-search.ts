import { z } from 'zod'

/** `next`: where to go once signed in; a path of ours only. */
export const SignInSearch = z.object({
  next: z
    .string()
    .regex(/^\/(?![/\\])/)
    .optional()
    .catch(undefined),
})
