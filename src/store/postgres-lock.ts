import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Secret } from '../core/config/secret.ts'
import { AppError } from '../core/errors.ts'
import { asAppError } from './database-fault.ts'

type Deps = {
  readonly databaseUrl: Secret
  readonly onLost: (reason: AppError) => void
  /** What to do when another process holds it. */
  readonly advice: string
}
type Held = { readonly client: pg.Client; readonly ended: Promise<void> }

/** Any number that no other program on the same database uses. */
export const LOCK_ID = 7_309_435_614_522
const CONNECT_TIMEOUT_MS = 5_000
const RETRY_MS = 1_000

/** An advisory lock on a connection of its own; the server frees it when the connection ends. */
export class PostgresLock {
  readonly #deps: Deps
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>
  #held: Held

  private constructor(deps: Deps, held: Held) {
    this.#deps = deps
    this.#held = held
    this.#watching = this.#watch()
  }

  /** @throws AppError 'conflict' when another process holds it, 'unavailable' when the server cannot be asked. */
  static async acquire(deps: Deps): Promise<PostgresLock> {
    return new PostgresLock(deps, await take(deps))
  }

  async release(): Promise<void> {
    this.#stop.abort()
    await this.#held.client.end()
    await this.#watching
  }

  /** Takes the lock again whenever its connection was lost (PostgreSQL restarted), unless someone else did. */
  async #watch(): Promise<void> {
    for (;;) {
      await this.#held.ended
      const again = await this.#takeAgain()
      if (again === undefined) return
      this.#held = again
      if (this.#stop.signal.aborted) await again.client.end()
    }
  }

  async #takeAgain(): Promise<Held | undefined> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        return await take(this.#deps)
      } catch (error) {
        if (error instanceof AppError && error.code === 'conflict') {
          this.#deps.onLost(error)
          return undefined
        }
        await wait(RETRY_MS, undefined, { signal }).catch(() => undefined) // only `release` ends it early
      }
    }
    return undefined
  }
}

/** Whether any process holds the lock. @throws AppError 'unavailable' when the server cannot be asked. */
export async function isPostgresLocked(databaseUrl: Secret): Promise<boolean> {
  const client = newClient(databaseUrl)
  client.on('error', () => undefined) // the query tells
  try {
    await client.connect()
    const { rows } = await client.query(
      `select exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) + objid::bigint = $1) as locked`,
      [LOCK_ID],
    )
    return rows[0]?.locked === true
  } catch (error) {
    throw asAppError(error)
  } finally {
    await client.end()
  }
}

const newClient = (databaseUrl: Secret): pg.Client =>
  new pg.Client({
    connectionString: databaseUrl.reveal(),
    application_name: 'omni2 lock',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  })

async function take({ databaseUrl, advice }: Deps): Promise<Held> {
  const client = newClient(databaseUrl)
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  client.on('error', () => undefined) // followed by `end`, which is what counts
  try {
    await client.connect()
    const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [LOCK_ID])
    if (rows[0]?.locked === true) return { client, ended }
  } catch (error) {
    await client.end()
    throw asAppError(error)
  }
  await client.end()
  throw new AppError('conflict', `Omni2 is already running on this PostgreSQL database. ${advice}`)
}
