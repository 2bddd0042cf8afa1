import type { HostProgress } from '../server/host/home.ts'
import { type Context, say } from './context.ts'
import { progressText } from './text/database-text.ts'

const REDRAW_MS = 100
const CLEAR = '\r\x1b[K'

/** Shows on one line of a terminal how far `work` is; nothing where nobody watches. What is given up changes nothing. */
export async function withProgress<T>(
  { err, now, signal }: Context,
  work: (onProgress: (progress: HostProgress) => void) => Promise<T>,
): Promise<T> {
  let drawn: { readonly at: number; readonly doing: string } | undefined
  try {
    return await work((progress) => {
      if (!err.isTTY || (drawn?.doing === progress.doing && now() - drawn.at < REDRAW_MS)) return
      drawn = { at: now(), doing: progress.doing }
      err.write(CLEAR + progressText(progress))
    })
  } catch (error) {
    if (signal.aborted) say(err, `${drawn ? CLEAR : ''}Given up; nothing was changed.`)
    throw error
  } finally {
    if (drawn) err.write(CLEAR)
  }
}
