import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

// The one thread that touches the SQLite file: a lock, an fsync or a checkpoint blocks here and nowhere else.

export type SqliteOptions = {
  readonly file: string
  /** How long a statement waits for another process's write. */
  readonly busyTimeoutMs: number
  /**
   * `look`: as the file is, damaged or not; nothing can be written. `scratch`: a file nobody else knows yet, which is
   * thrown away when anything fails: no journal on disk, no fsync. Absent: to be lived on.
   */
  readonly purpose?: 'look' | 'scratch'
}

export type Statement = { readonly sql: string; readonly parameters: readonly SQLInputValue[] }
/** `together`: all in one transaction, or nothing. */
export type SqlRequest = { readonly id: number; readonly statements: readonly Statement[]; readonly together: boolean }
export type SqlResult = { readonly rows: readonly Record<string, unknown>[]; readonly changes: number }
/** `errcode` is SQLite's extended result code; absent when the failure is not SQLite's. */
export type SqlFailure = { readonly message: string; readonly errcode: number | undefined }
/** The answer to the request of the same id; id 0 tells how opening went. */
export type SqlReply =
  | { readonly id: number; readonly results: readonly SqlResult[] }
  | { readonly id: number; readonly failure: SqlFailure }

/** Up to this size the whole file is checked at the start; it takes about half a second then. */
const CHECKED_BYTES = 256 * 1024 * 1024
const SQLITE_CORRUPT = 11
const KEPT_STATEMENTS = 200
/** Out of WAL mode first: only from there may the journal go. */
const SCRATCH = 'pragma journal_mode = delete; pragma journal_mode = memory; pragma synchronous = off'
const NOTHING: SqlResult = { rows: [], changes: 0 }

const { file, busyTimeoutMs, purpose } = workerData as SqliteOptions // given by SqliteThread, the only one to start this
const port = parentPort
const db = new DatabaseSync(file, { open: false, timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
const statements = new Map<string, StatementSync>()

answer(0, open)
port?.on('message', (message: SqlRequest | 'close') => {
  if (message !== 'close')
    return answer(message.id, () => (message.together ? runTogether(message) : message.statements.map(run)))
  if (db.isOpen) db.close()
  port.close()
})

function answer(id: number, work: () => readonly SqlResult[]): void {
  port?.postMessage(attempt(id, work))
}

function attempt(id: number, work: () => readonly SqlResult[]): SqlReply {
  try {
    return { id, results: work() }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
    return { id, failure: { message, errcode: typeof code === 'number' ? code : undefined } }
  }
}

function open(): readonly SqlResult[] {
  db.open()
  if (purpose !== undefined) {
    db.exec(purpose === 'look' ? 'pragma query_only = on' : SCRATCH)
    return []
  }
  // FULL: a commit is on disk before it is acknowledged, which WAL alone promises only against a crash of ours.
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864')
  const size = db.prepare('select page_count * page_size as bytes from pragma_page_count, pragma_page_size').get()
  if (Number(size?.bytes) <= CHECKED_BYTES) {
    const found = db.prepare('pragma quick_check(1)').get()?.quick_check
    if (found !== 'ok') throw Object.assign(new Error(String(found)), { errcode: SQLITE_CORRUPT })
  }
  return []
}

/** Takes the write lock at once: a transaction that reads first and then finds another writer cannot wait, only fail. */
function runTogether({ statements: all }: SqlRequest): readonly SqlResult[] {
  db.exec('begin immediate')
  try {
    const results = all.map(run)
    db.exec('commit')
    return results
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

function run({ sql, parameters }: Statement): SqlResult {
  // A full disk ends the transaction by itself; the rollback that follows has nothing left to do.
  if (sql === 'rollback' && !db.isTransaction) return NOTHING
  const statement = prepare(sql)
  if (statement.columns().length > 0) return { rows: statement.all(...parameters), changes: 0 }
  return { rows: [], changes: Number(statement.run(...parameters).changes) }
}

function prepare(sql: string): StatementSync {
  const known = statements.get(sql)
  statements.delete(sql)
  const statement = known ?? db.prepare(sql)
  statements.set(sql, statement)
  if (statements.size > KEPT_STATEMENTS) {
    const [oldest] = statements.keys()
    if (oldest !== undefined) statements.delete(oldest)
  }
  return statement
}
