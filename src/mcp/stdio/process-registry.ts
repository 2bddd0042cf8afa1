import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Guardian } from './guardian.ts'
import { findProcess, type Process, scanProcesses } from './process-scan.ts'
import { reap, recordPath, type TreeRecord } from './reaper.ts'

type Deps = {
  readonly dataDir: string
  /** Told when a tree cannot be recorded or guarded; it runs nevertheless. */
  readonly onError: (error: unknown) => void
}

const RECORD_MS = 1_000

/**
 * Remembers every process tree we run outside of this process, so that none survives it. Three nets: the guardian right
 * after our death, the records in `<dataDir>/processes` at our next start, and a mark in the environment of each tree
 * (Linux), which finds what left its group too. The mark reads `<data directory>.<our pid>.<our start>.<tree>`.
 */
export class ProcessRegistry {
  readonly #directory: string
  readonly #installation: string
  readonly #owner: string
  readonly #guardian: Guardian
  readonly #onError: (error: unknown) => void
  #nextScan: Promise<readonly Process[]> | undefined
  #lastScan: Promise<unknown> = Promise.resolve()

  static async open({ dataDir, onError }: Deps): Promise<ProcessRegistry> {
    const directory = join(dataDir, 'processes')
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const idFile = join(directory, 'id')
    await writeFile(idFile, randomUUID(), { flag: 'wx', mode: 0o600 }).catch(() => {})
    const installation = (await readFile(idFile, 'utf8')).trim()
    const self = await findProcess(process.pid)
    return new ProcessRegistry(directory, installation, `${installation}.${self ? lifeOf(self) : 'unknown'}.`, onError)
  }

  private constructor(directory: string, installation: string, owner: string, onError: (error: unknown) => void) {
    this.#directory = directory
    this.#installation = installation
    this.#owner = owner
    this.#onError = onError
    this.#guardian = new Guardian({ directory, owner, onError })
  }

  get guardianPid(): number | undefined {
    return this.#guardian.pid
  }

  /** The mark of a tree about to be started. */
  newMark(): string {
    return `${this.#owner}${randomUUID()}`
  }

  /** Guards a tree that was just started. */
  async add(pid: number, mark: string): Promise<void> {
    this.#guardian.watch()
    const row = await findProcess(pid)
    if (!row) return
    const record: TreeRecord = { pid, started: row.started, mark, recordedAt: Date.now() }
    await this.#inTime(writeFile(recordPath(this.#directory, pid), JSON.stringify(record), { mode: 0o600 }))
  }

  /** Forgets a tree that is gone as a whole. */
  async remove(pid: number): Promise<void> {
    await this.#inTime(rm(recordPath(this.#directory, pid), { force: true }))
  }

  /** Kills what earlier processes on this data directory left behind; trees of one that still runs are spared. */
  async reapAtStart(): Promise<number> {
    const alive = new Set((await scanProcesses()).map(lifeOf))
    return reap(this.#directory, (mark) => {
      const [installation, pid, started] = mark.split('.')
      return installation === this.#installation && !alive.has(`${pid}.${started}`)
    })
  }

  /** What runs now, nothing when that cannot be told. Callers that wait for a scan share the next, so many cost two. */
  scan(): Promise<readonly Process[]> {
    this.#nextScan ??= this.#lastScan.then(() => {
      this.#nextScan = undefined
      const scan = scanProcesses().catch((error) => {
        this.#onError(error)
        return []
      })
      this.#lastScan = scan
      return scan
    })
    return this.#nextScan
  }

  /** When every tree was stopped. */
  async close(): Promise<void> {
    await this.#guardian.dismiss()
  }

  /** A record is one net of three: when the disk hangs or fails, nobody's server waits for it. */
  async #inTime(work: Promise<void>): Promise<void> {
    await Promise.race([work.catch(this.#onError), setTimeout(RECORD_MS, undefined, { ref: false })])
  }
}

const lifeOf = ({ pid, started }: Process): string => `${pid}.${started.replace(/\W+/g, '-')}`
