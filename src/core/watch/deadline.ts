import type { Clock } from '../clock.ts'
import { AppError } from '../errors.ts'

/**
 * Runs `work` and gives up on it `ms` from now by `clock`, or as soon as `outer` aborts; its signal aborts either way.
 * @throws AppError 'upstream_timeout', or the reason of `outer`.
 */
export async function within<T>(
  ms: number,
  clock: Clock,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController()
  const gaveUp = Promise.withResolvers<never>()
  const giveUp = (reason: unknown) => {
    inner.abort(reason)
    gaveUp.reject(reason)
  }
  const onOuterAbort = () => giveUp(outer.reason)
  if (outer.aborted) onOuterAbort()
  outer.addEventListener('abort', onOuterAbort)
  const cancelTimer = clock.after(ms, () => giveUp(new AppError('upstream_timeout', `No answer within ${ms} ms`)))
  try {
    return await Promise.race([work(inner.signal), gaveUp.promise])
  } finally {
    cancelTimer()
    outer.removeEventListener('abort', onOuterAbort)
  }
}
