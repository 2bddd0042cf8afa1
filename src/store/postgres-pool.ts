import pg from 'pg'
import type { Secret } from '../core/config/secret.ts'

const INT8 = 20
const POOL_SIZE = 5
const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000

/** Connections to PostgreSQL, made when needed. Whole numbers come as numbers: ours stay below 2^53. */
export function postgresPool(databaseUrl: Secret): pg.Pool {
  const types = new pg.TypeOverrides()
  types.setTypeParser(INT8, Number)
  const pool = new pg.Pool({
    connectionString: databaseUrl.reveal(),
    application_name: 'omni2',
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // Behind the server's own limit: only for a server that went silent.
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types,
  })
  // An idle connection was lost: the pool has dropped it already and the next query makes a new one or says why not.
  pool.on('error', () => undefined)
  return pool
}
