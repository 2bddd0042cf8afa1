import { setTimeout as wait } from 'node:timers/promises'
import type { CompiledQuery } from 'kysely'
import type pg from 'pg'
import { AppError } from '../core/errors.ts'
import { isRefusal } from './postgres-pool.ts'

type Rows = readonly unknown[]
type Attempt = { readonly rows: readonly Rows[]; readonly number: number; readonly isAnswered: boolean }

const TAKE_NUMBER = "update counter set value = value + 1 where name = 'commit' returning value"
/** Waits for a transaction that still holds the row. */
const LAST_NUMBER = "select value from counter where name = 'commit' for update"
/** A transaction that takes longer is given up. */
const DEADLINE_MS = 10_000
const RETRY_MS = 1_000

/**
 * Transactions that are stored once or not at all, also when the connection is lost while PostgreSQL commits: each takes a
 * number, and one whose answer is missing is looked for by it. One at a time, by one process: see `acquireLock`.
 */
export class PostgresTransactions {
  readonly #pool: pg.Pool
  readonly #stop = new AbortController()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** Runs all queries in one transaction, or none; answers the rows each returned, however long it takes to know that they are stored. */
  async run(queries: readonly CompiledQuery[]): Promise<readonly Rows[]> {
    for (;;) {
      const { rows, number, isAnswered } = await this.#attempt(queries)
      if (isAnswered || (await this.#isStored(number))) return rows
    }
  }

  /** Whatever is not known to be stored is asked after no more. */
  giveUp(): void {
    this.#stop.abort()
  }

  async #attempt(queries: readonly CompiledQuery[]): Promise<Attempt> {
    const client = await this.#pool.connect()
    const deadline = setTimeout(() => client.end().catch(() => undefined), DEADLINE_MS)
    try {
      await client.query('begin')
      const { rows: counted } = await client.query(TAKE_NUMBER)
      const rows: Rows[] = []
      for (const { sql, parameters } of queries) rows.push((await client.query(sql, [...parameters])).rows)
      return { rows, number: Number(counted[0]?.value), isAnswered: await commit(client) }
    } catch (error) {
      // Without an answer the connection has ended, and the transaction with it.
      if (isRefusal(error)) await client.query('rollback')
      throw error
    } finally {
      clearTimeout(deadline)
      client.release()
    }
  }

  async #isStored(number: number): Promise<boolean> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        const { rows } = await this.#pool.query(LAST_NUMBER)
        return Number(rows[0]?.value) >= number
      } catch {
        await wait(RETRY_MS, undefined, { signal }).catch(() => undefined) // only `giveUp` ends it early
      }
    }
    throw new AppError('unavailable', 'PostgreSQL has not said whether it stored the last change')
  }
}

/** False when nobody knows. */
async function commit(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('commit')
    return true
  } catch (error) {
    if (isRefusal(error)) throw error
    return false
  }
}
