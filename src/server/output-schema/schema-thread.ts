import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../core/clock.ts'
import type { SchemaReply, SchemaRequest } from './schema-worker.ts'

/** Schemas come from servers: one that takes longer, or more memory, loses its thread and nothing else. */
const BUDGET = { ms: 2_000, megabytes: 128 } as const

export type Agreement =
  | { readonly errors: readonly { readonly path: string; readonly message: string }[] }
  /** Why it could not be told. */
  | { readonly unusable: string }

/** Compares values with JSON Schemas that are not trusted, on a thread that is started when it is first needed. */
export class SchemaThread {
  readonly #clock: Clock
  #worker: Worker | undefined
  #lastId = 0
  /** One at a time, so that the time one takes is its own. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  compare(schema: object, value: unknown): Promise<Agreement> {
    const turn = this.#last.then(() => this.#ask(schema, value))
    this.#last = turn
    return turn
  }

  async close(): Promise<void> {
    await this.#last
    await this.#worker?.terminate()
  }

  #ask(schema: object, value: unknown): Promise<Agreement> {
    const worker = this.#worker ?? startWorker()
    this.#worker = worker
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<Agreement>()
    const giveUp = (unusable: string) => {
      this.#worker = undefined
      void worker.terminate()
      resolve({ unusable })
    }
    const stop = this.#clock.after(BUDGET.ms, () => giveUp(`it takes more than ${BUDGET.ms / 1_000} s to compare`))
    const onError = (error: Error) => giveUp(`comparing failed: ${error.message}`)
    const onReply = ({ id: of, ...agreement }: SchemaReply) => of === id && resolve(agreement)
    worker.on('error', onError).on('message', onReply)
    worker.postMessage({ id, schema, value } satisfies SchemaRequest)
    return promise.finally(() => {
      stop()
      worker.off('message', onReply)
      // What kills a thread may be told when its answer is there already.
      if (this.#worker === worker) worker.off('error', onError)
    })
  }
}

function startWorker(): Worker {
  // Beside this file and with its extension: `.ts` from source, `.js` once compiled.
  const code = new URL(`./schema-worker${extname(import.meta.url)}`, import.meta.url)
  const resourceLimits = { maxOldGenerationSizeMb: BUDGET.megabytes }
  return new Worker(code, { execArgv: [], name: 'schema', resourceLimits })
}
