import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

const PROGRAM = `
  const { DatabaseSync } = require('node:sqlite')
  const [, file, sql] = process.argv
  const db = new DatabaseSync(file, { timeout: 30000 })
  db.exec(sql)
  process.stdout.write('held')
  process.stdin.resume().once('end', () => { db.exec('rollback'); process.exit() })
`

/** `writing`: nobody else can write. `reading`: what was there is not cleared away. */
const HOLDS = { writing: 'begin exclusive', reading: 'begin; select count(*) from counter' } as const

/** Another process that holds an Omni2's SQLite file until it is released. */
export class DatabaseHolder implements AsyncDisposable {
  readonly #child: ChildProcess

  static async hold(dataDir: string, how: keyof typeof HOLDS = 'writing'): Promise<DatabaseHolder> {
    const holder = new DatabaseHolder(path.join(dataDir, 'omni2.db'), HOLDS[how])
    await once(holder.#child.stdout ?? holder.#child, 'data')
    return holder
  }

  private constructor(file: string, sql: string) {
    this.#child = spawn(process.execPath, ['-e', PROGRAM, file, sql], { stdio: ['pipe', 'pipe', 'inherit'] })
  }

  async release(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
  }
}
