import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

const PROGRAM = `
  const { DatabaseSync } = require('node:sqlite')
  const db = new DatabaseSync(process.argv[1], { timeout: 30000 })
  db.exec('begin exclusive')
  process.stdout.write('held')
  process.stdin.resume().once('end', () => { db.exec('rollback'); process.exit() })
`

/** Another process that holds the write lock of an Omni2's SQLite file until it is released. */
export class DatabaseHolder implements AsyncDisposable {
  readonly #child: ChildProcess

  static async hold(dataDir: string): Promise<DatabaseHolder> {
    const holder = new DatabaseHolder(dataDir)
    await once(holder.#child.stdout ?? holder.#child, 'data')
    return holder
  }

  private constructor(dataDir: string) {
    this.#child = spawn(process.execPath, ['-e', PROGRAM, path.join(dataDir, 'omni2.db')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
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
