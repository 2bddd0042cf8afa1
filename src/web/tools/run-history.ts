import { z } from 'zod'
import { AnyObject } from '../../api/wire.ts'
import { RUNS_PREFIX } from './forget-runs.ts'

/** A call somebody made here, to look at or to make again. */
const PastRun = z.object({
  /** Epoch milliseconds. */
  at: z.number(),
  args: AnyObject,
  /** What became of it, in a word or two. */
  outcome: z.string(),
  tone: z.enum(['good', 'bad', 'warn']),
  durationMs: z.number().optional(),
  /** With a secret in its arguments: kept as long as the tab. */
  isSecret: z.boolean().optional(),
})
export type PastRun = z.infer<typeof PastRun>

type Stores = {
  /** Of the browser: stays. */
  readonly kept: Pick<Storage, 'getItem' | 'setItem'>
  /** Of the tab: ends with it. */
  readonly passing: Pick<Storage, 'getItem' | 'setItem'>
}

const MAX_RUNS = 20
/** Arguments larger than this are for the moment only. */
const MAX_LENGTH = 20_000

/** The runs of one tool, the newest first. */
export function pastRuns({ kept, passing }: Stores, server: string, tool: string): readonly PastRun[] {
  const key = keyOf(server, tool)
  return [...read(kept, key), ...read(passing, key)].sort((a, b) => b.at - a.at).slice(0, MAX_RUNS)
}

/** Adds a run: for good, or as long as the tab is open when there is a secret in it. */
export function keepRun({ kept, passing }: Stores, server: string, tool: string, run: PastRun): void {
  if (JSON.stringify(run.args).length > MAX_LENGTH) return
  const store = run.isSecret ? passing : kept
  const key = keyOf(server, tool)
  const runs = [run, ...read(store, key)].slice(0, MAX_RUNS)
  try {
    store.setItem(key, JSON.stringify(runs))
  } catch (error) {
    // Full: the history of other tools is worth more than an error.
    if (!(error instanceof DOMException)) throw error
  }
}

const keyOf = (server: string, tool: string): string => `${RUNS_PREFIX}${server}:${tool}`

function read(store: Stores['kept'], key: string): readonly PastRun[] {
  const text = store.getItem(key)
  if (text === null) return []
  try {
    return z.array(PastRun).catch([]).parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
