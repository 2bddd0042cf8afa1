import { AppError } from '../core/errors.ts'

/** What a database's error means to us. */
type Fault =
  | { readonly kind: 'unique' }
  | { readonly kind: 'missing_reference' }
  /** Bytes on disk are not what was written. */
  | { readonly kind: 'damaged' }
  /** `passing`: trying again may help without anyone doing anything. */
  | { readonly kind: 'unavailable'; readonly why: string; readonly passing: boolean }

const RETRY_MS = 1_000
const DAMAGED = 'The database is damaged: restore a backup with omni2 restore, or move it away to start empty'

/** What `error`, thrown by either database, means; undefined for a bug of ours. */
export function faultOf(error: unknown): Fault | undefined {
  if (!(error instanceof Error)) return undefined
  if ('errcode' in error && typeof error.errcode === 'number') return sqliteFault(error.errcode)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return postgresFault(code, error.message)
}

/** `error` as callers expect it; a bug stays as it is. Our own words only: a driver's message may quote what it was given. */
export function asAppError(error: unknown): unknown {
  if (error instanceof AppError) return error
  const fault = faultOf(error)
  if (fault === undefined) return error
  if (fault.kind === 'unique') return new AppError('conflict', 'This already exists', { cause: error })
  if (fault.kind === 'missing_reference') {
    return new AppError('conflict', 'What this belongs to is gone', { cause: error })
  }
  if (fault.kind === 'damaged') return new AppError('unavailable', DAMAGED, { cause: error })
  const retry = fault.passing ? { retryAfterMs: RETRY_MS } : {}
  return new AppError('unavailable', fault.why, { cause: error, ...retry })
}

const passing = (why: string): Fault => ({ kind: 'unavailable', why, passing: true })
const lasting = (why: string): Fault => ({ kind: 'unavailable', why, passing: false })

/** By SQLite's extended result code; the low byte is the primary one. https://sqlite.org/rescode.html */
function sqliteFault(code: number): Fault | undefined {
  if (code === 2067) return { kind: 'unique' }
  if (code === 787) return { kind: 'missing_reference' }
  switch (code & 0xff) {
    case 5:
    case 6:
      return passing('The database is locked by another process')
    case 8:
      return passing('The database file cannot be written: it is read-only to this user')
    case 10:
      return passing('The database file cannot be read or written: the disk reports an error')
    case 13:
      return passing('The database cannot grow: the disk is full')
    case 14:
      return lasting('The database file cannot be opened: check the data directory and its permissions')
    case 11:
    case 26:
      return { kind: 'damaged' }
    default:
      return undefined
  }
}

const REFUSED = new Map([
  ['28000', 'PostgreSQL refused the user: check DATABASE_URL'],
  ['28P01', 'PostgreSQL refused the user or password: check DATABASE_URL'],
  ['3D000', 'PostgreSQL has no such database: create it or check DATABASE_URL'],
  ['42501', 'PostgreSQL refused: the user lacks a permission in this database'],
])
/** Classes of SQLSTATE that are about the server, not the statement. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SERVER_TROUBLE = /^(?:08|53|57|58|25006|40|55P03|XX)/
/** Of sockets and of TLS; `ERR_*` beside these are bugs. */
const NETWORK_TROUBLE = /^(?:E(?!RR_)[A-Z]+|ERR_(?:TLS|SSL)_\w+|(?:DEPTH|SELF|UNABLE|CERT)_\w+)$/
/** What `pg` says, without a code, of a connection that ended or a deadline that passed. */
const LOST = /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded|Query read timeout)/

/** By SQLSTATE, or by Node's code of a failed connection. */
function postgresFault(code: string, message: string): Fault | undefined {
  if (code === '23505') return { kind: 'unique' }
  if (code === '23503') return { kind: 'missing_reference' }
  if (code === 'XX001' || code === 'XX002') return { kind: 'damaged' }
  const refused = REFUSED.get(code)
  if (refused !== undefined) return lasting(refused)
  if (SERVER_TROUBLE.test(code)) return passing(`PostgreSQL cannot serve us now (SQLSTATE ${code})`)
  if (LOST.test(message)) return passing('The connection to PostgreSQL was lost or too slow')
  if (NETWORK_TROUBLE.test(code)) return passing(`PostgreSQL cannot be reached (${code})`)
  return undefined
}
