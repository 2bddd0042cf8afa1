import { z } from 'zod'
import { Id } from './wire.ts'

/** The last 64 KiB a stdio server wrote; null when it never ran. */
export const StderrView = z.object({ server_id: Id, stderr: z.string().nullable() }).meta({ id: 'Stderr' })
export type StderrView = z.infer<typeof StderrView>
