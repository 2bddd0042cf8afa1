import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { AppError } from '../core/errors.ts'
import type { SqlFailure, SqliteOptions, SqlReply, SqlRequest, SqlResult, Statement } from './sqlite-worker.ts'

/** What SQLite refused; `errcode` is its extended result code. */
class SqliteError extends Error {
  override name = 'SqliteError'
  readonly errcode: number | undefined

  constructor({ message, errcode }: SqlFailure) {
    super(message)
    this.errcode = errcode
  }
}

/** One SQLite file, used from one worker thread; statements run one after another in the order they came. */
export class SqliteThread {
  readonly #worker: Worker
  readonly #pending = new Map<number, PromiseWithResolvers<readonly SqlResult[]>>()
  readonly #ended: Promise<void>
  #lastId = 0
  #gone: AppError | undefined
  #isClosing = false

  private constructor(options: SqliteOptions, onLost: (reason: AppError) => void) {
    // Beside this file and with its extension: `.ts` from source, `.js` once compiled.
    const code = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url)
    this.#worker = new Worker(code, { workerData: options, execArgv: [], name: 'sqlite' })
    this.#worker.on('message', (reply: SqlReply) => this.#settle(reply))
    this.#worker.on('error', (cause) => this.#end(new AppError('unavailable', 'The database thread failed', { cause })))
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#end(new AppError('unavailable', 'The database is closed'))
        resolve()
        if (!this.#isClosing)
          onLost(new AppError('unavailable', 'The thread of the database ended', { cause: this.#gone }))
      })
    })
  }

  /**
   * `onLost`: told when the thread ends though nobody closed it; nothing can be asked any more.
   * @throws SqliteError when the file cannot be opened, or is damaged.
   */
  static async open(options: SqliteOptions, onLost: (reason: AppError) => void = () => {}): Promise<SqliteThread> {
    const thread = new SqliteThread(options, onLost)
    const opened = Promise.withResolvers<readonly SqlResult[]>()
    thread.#pending.set(0, opened)
    try {
      await opened.promise
      return thread
    } catch (error) {
      await thread.close()
      throw error
    }
  }

  /** @throws SqliteError for what SQLite refuses, AppError 'unavailable' once closed. */
  async run(statement: Statement): Promise<SqlResult> {
    const [result] = await this.#ask([statement], false)
    return result ?? { rows: [], changes: 0 }
  }

  /** All in one transaction, or nothing: one message there and one back. @throws as `run`. */
  runTogether(statements: readonly Statement[]): Promise<readonly SqlResult[]> {
    return this.#ask(statements, true)
  }

  /** Finishes what was asked before, then closes the file and ends the thread. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#worker.postMessage('close')
    await this.#ended
  }

  #ask(statements: readonly Statement[], together: boolean): Promise<readonly SqlResult[]> {
    if (this.#gone) return Promise.reject(this.#gone)
    const id = ++this.#lastId
    const answer = Promise.withResolvers<readonly SqlResult[]>()
    this.#pending.set(id, answer)
    this.#worker.postMessage({ id, statements, together } satisfies SqlRequest)
    return answer.promise
  }

  #settle(reply: SqlReply): void {
    const waiting = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if ('results' in reply) waiting?.resolve(reply.results)
    else waiting?.reject(new SqliteError(reply.failure))
  }

  #end(reason: AppError): void {
    this.#gone ??= reason
    for (const waiting of this.#pending.values()) waiting.reject(this.#gone)
    this.#pending.clear()
  }
}
