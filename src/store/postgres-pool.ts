import pg from 'pg'
import type { Secret } from '../core/config/secret.ts'

const INT8 = 20
const POOL_SIZE = 5
const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000
const LIMITS = {
  statement_timeout: STATEMENT_TIMEOUT_MS,
  // A transaction whose client fell silent keeps its locks no longer than this.
  idle_in_transaction_session_timeout: 10_000,
  // Behind the server's own limit: only for a server that went silent.
  query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
} as const

/**
 * Connections to PostgreSQL, made when needed. Whole numbers come as numbers: ours stay below 2^53. `patient`: for work
 * on the whole database, which takes as long as it takes.
 */
export function postgresPool(databaseUrl: Secret, { patient = false }: { readonly patient?: boolean }): pg.Pool {
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  const pool = new pg.Pool({
    connectionString: databaseUrl.reveal(),
    application_name: 'omni2',
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(patient ? {} : LIMITS),
    keepAlive: true,
    types,
  })
  // A lost connection is told by the query on it; of an idle one the next query makes a new one or says why not.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => endUnanswered(client.on('error', () => undefined)))
  return pool
}

/**
 * Whether PostgreSQL itself said no. After any other error, and when it ends the connection (class 57P), nobody knows what
 * became of the query.
 */
export const isRefusal = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code?.startsWith('57P') !== true

/** Lets a connection end with the first query that gets no answer: whoever used it next would wait behind that one. */
function endUnanswered(client: pg.PoolClient): void {
  const ask = client.query
  const query = async (...asked: Parameters<typeof ask>) => {
    try {
      return await ask.apply(client, asked)
    } catch (error) {
      if (!isRefusal(error)) client.end().catch(() => undefined) // the pool drops whoever ends
      throw error
    }
  }
  Object.assign(client, { query })
}
