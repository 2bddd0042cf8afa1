import type { Readable } from 'node:stream'
import type { ExitCode } from './exit-code.ts'
import type { Sink } from './sink.ts'
import { type Paint, paintFor } from './text/paint.ts'

/** Everything a command touches of the process it runs in. */
export type Context = {
  /** The command line as it was typed, without node and script. */
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input: Readable & { readonly isTTY?: boolean }
  /** The result; what a pipe gets. */
  readonly out: Sink
  /** Everything else: questions, progress, warnings, errors. */
  readonly err: Sink
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Aborts on Ctrl+C and SIGTERM. */
  readonly signal: AbortSignal
  /** Told by a command that ran; the highest is what the process ends with. */
  readonly endWith: (code: ExitCode) => void
}

/** How something is drawn: its colours, the cells of a line, and what time it is (epoch milliseconds). */
export type View = { readonly paint: Paint; readonly width: number; readonly now: number }

const PIPE_WIDTH = 200

/** How views of this moment are drawn on `out`. A pipe has room for everything. */
export const viewOf = ({ out, env, now }: Context): View => ({
  paint: paintFor(out, env),
  width: out.isTTY ? Math.max(20, out.columns ?? 80) : PIPE_WIDTH,
  now: now(),
})

export const say = (sink: Sink, text: string): void => void sink.write(text === '' ? '' : `${text}\n`)
