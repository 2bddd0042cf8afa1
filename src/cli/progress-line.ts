import type { HostProgress } from '../server/host/home.ts'
import { type Context, say } from './context.ts'
import { progressText } from './text/database-text.ts'

const REDRAW_MS = 100
const CLEAR = '\r\x1b[K'

/** Shows on one line of a terminal how far `work` is; nothing where nobody watches. What is given up changes nothing. */
export async function withProgress<T>(
  context: Context,
  work: (onProgress: (progress: HostProgress) => void) => Promise<T>,
): Promise<T> {
  const { err, signal } = context
  try {
    return await withStatusLine(context, (draw) => work((progress) => draw(progressText(progress), progress.doing)))
  } catch (error) {
    if (signal.aborted) say(err, 'Given up; nothing was changed.')
    throw error
  }
}

/** The same for any text, which is drawn less often while its `part` stays. */
export async function withStatusLine<T>(
  { err, now }: Pick<Context, 'err' | 'now'>,
  work: (draw: (text: string, part?: string) => void) => Promise<T>,
): Promise<T> {
  let drawn: { readonly at: number; readonly part: string } | undefined
  try {
    return await work((text, part = '') => {
      if (!err.isTTY || (drawn?.part === part && now() - drawn.at < REDRAW_MS)) return
      drawn = { at: now(), part }
      err.write(CLEAR + text)
    })
  } finally {
    if (drawn) err.write(CLEAR)
  }
}
