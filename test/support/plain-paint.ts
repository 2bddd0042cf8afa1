import { PassThrough } from 'node:stream'
import { paintFor } from '../../src/cli/text/paint.ts'

/** No colours, as on a pipe. */
export const plain = paintFor(new PassThrough(), {})
