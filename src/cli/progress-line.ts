import type { HostProgress } from '../server/host/home.ts'
import type { Context } from './context.ts'
import { progressText } from './text/database-text.ts'

const REDRAW_MS = 100
const CLEAR = '\r\x1b[K'

/** Shows on one line of a terminal how far `work` is; nothing where nobody watches. */
export async function withProgress<T>(
  { err, now }: Context,
  work: (onProgress: (progress: HostProgress) => void) => Promise<T>,
): Promise<T> {
  let drawnAt = 0
  try {
    return await work((progress) => {
      if (!err.isTTY || now() - drawnAt < REDRAW_MS) return
      drawnAt = now()
      err.write(CLEAR + progressText(progress))
    })
  } finally {
    if (drawnAt > 0) err.write(CLEAR)
  }
}
