import type { ToolCallAnswer } from '../../api/tool-call.ts'
import type { Arguments } from './draft.ts'

export type Asked = {
  readonly args: Arguments
  /** Epoch milliseconds. */
  readonly at: number
}

/** One run of a tool, as far as it has come. */
export type Run =
  | ({ readonly kind: 'running'; readonly cancel: () => void } & Asked)
  | ({ readonly kind: 'answered'; readonly answer: ToolCallAnswer; readonly roundTripMs: number } & Asked)
  | ({ readonly kind: 'refused'; readonly error: unknown } & Asked)
  | ({ readonly kind: 'cancelled' } & Asked)

export type Ended = Exclude<Run, { readonly kind: 'running' }>
