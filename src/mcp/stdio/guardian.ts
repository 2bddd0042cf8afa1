import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

type Deps = {
  /** Where the running trees are recorded. */
  readonly directory: string
  /** What every tree mark of this process begins with. */
  readonly owner: string
  readonly onError: (error: unknown) => void
}

/**
 * Waits at no cost (a shell of 1 MB) on a pipe that only this process holds. A line means a peaceful end; the end of the
 * pipe without one means we were killed, and the shell becomes the program that kills what we left.
 */
const WAIT_THEN_REAP = 'read -r _ || exec "$0" "$@"'
const PROGRAM = fileURLToPath(new URL(`./guardian-main${extname(import.meta.url)}`, import.meta.url))

/** Outlives this process to end its process trees, should it be killed. In a session of its own, so that Ctrl-C spares it. */
export class Guardian {
  readonly #deps: Deps
  #shell: ChildProcess | undefined
  #missing = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  get pid(): number | undefined {
    return this.#shell?.pid
  }

  /** Starts it unless it runs. Where there is no shell, orphans wait for our next start. */
  watch(): void {
    if (this.#shell || this.#missing) return
    const { directory, owner, onError } = this.#deps
    const shell = spawn('/bin/sh', ['-c', WAIT_THEN_REAP, process.execPath, PROGRAM, directory, owner], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: directory,
      env: {},
    })
    this.#shell = shell
    shell.stdin?.on('error', onError)
    shell.on('error', (error) => {
      this.#missing = true
      onError(error)
    })
    shell.on('exit', () => {
      if (this.#shell === shell) this.#shell = undefined
    })
    shell.unref()
  }

  /** After a peaceful end of all trees. */
  async dismiss(): Promise<void> {
    const shell = this.#shell
    if (!shell?.pid) return
    shell.ref()
    const exited = once(shell, 'exit')
    shell.stdin?.end('done\n')
    await exited
  }
}
