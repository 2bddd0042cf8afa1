import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { type Launch, UpstreamFault } from '../channel.ts'
import { errorCode, faultOf, inconclusive, ownShortage } from '../failures.ts'
import type { OpenFiles } from '../open-files.ts'
import type { Environment } from '../references.ts'
import { childEnvironment } from './child-environment.ts'
import { killUntilNone, send, withDescendants } from './process-family.ts'
import type { ProcessRegistry } from './process-registry.ts'
import type { Process } from './process-scan.ts'

export type TreeHost = {
  readonly processes: ProcessRegistry
  readonly files: OpenFiles
  /** Our own environment, of which a child gets a few names only. */
  readonly environment: Environment
  readonly cwd: string
}

/** How the first process of a tree ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** Of ours, to one process: its stdin, stdout and stderr. */
const PIPES = 3
/** From TERM to KILL. */
const GRACE_MS = 5_000
const POLL_MS = 50
/** How long output written before an exit may take to arrive, when a grandchild keeps the pipe open. */
const DRAIN_MS = 250

/**
 * A program and everything it starts, in a process group and session of its own. Ends as a whole: on `stop`, when its
 * first process exits, and when we die (see ProcessRegistry). A member may leave the group (setsid, daemons): on Linux it
 * is still found by the mark in its environment, elsewhere only while its parent lives. Out of reach is who has left the
 * group, dropped the mark and lost its parent.
 */
export class ProcessTree {
  readonly pid: number
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Settles when the first process is gone and its output has been read. */
  readonly exited: Promise<Exit>
  readonly #mark: string
  readonly #processes: ProcessRegistry
  readonly #known = new Set<string>()
  #isStopping = false
  #gone: Promise<void> | undefined

  /** @throws UpstreamFault 'connect' with `spawn_failed`, or 'inconclusive' when it is us who lack the means. */
  static async spawn(launch: Launch, { processes, files, environment, cwd }: TreeHost): Promise<ProcessTree> {
    const giveBack = files.take(PIPES, 'spawn')
    const mark = processes.newMark()
    const env = childEnvironment(environment, launch.env, mark)
    try {
      const child = spawn(launch.command, launch.args, { cwd, env, detached: true, stdio: 'pipe', windowsHide: true })
      await once(child, 'spawn')
      const tree = new ProcessTree(child, mark, processes)
      void tree.exited.then(giveBack)
      await processes.add(tree.pid, mark)
      return tree
    } catch (error) {
      giveBack()
      throw spawnFault(error, launch.command, cwd)
    }
  }

  private constructor(child: ChildProcessWithoutNullStreams, mark: string, processes: ProcessRegistry) {
    if (child.pid === undefined) throw new Error('a spawned process has a pid')
    this.pid = child.pid
    this.stdin = child.stdin
    this.stdout = child.stdout
    this.stderr = child.stderr
    this.#mark = mark
    this.#processes = processes
    // A write that fails shows as the exit, or as a pipe that is no longer writable.
    child.stdin.on('error', () => {})
    const closed = once(child, 'close')
    this.exited = once(child, 'exit').then(async () => {
      if (!this.#isStopping) this.kill()
      await Promise.race([closed, setTimeout(DRAIN_MS, undefined, { ref: false })])
      return { code: child.exitCode, signal: child.signalCode }
    })
  }

  /** At once, without asking. `stop` tells when it is done. */
  kill(): void {
    send(-this.pid, 'SIGKILL')
    this.#gone ??= this.#sweep()
  }

  /** Asks all of it to end, and insists after 5 s. Resolves when nothing of it is left. */
  stop(): Promise<void> {
    this.#gone ??= this.#stop()
    return this.#gone
  }

  async #stop(): Promise<void> {
    this.#isStopping = true
    const members = this.#members(await this.#processes.scan())
    for (const member of members) this.#known.add(identityOf(member))
    this.stdin.end()
    send(-this.pid, 'SIGTERM')
    for (const member of members) if (member.groupId !== this.pid) send(member.pid, 'SIGTERM')
    await this.#groupEmptied()
    send(-this.pid, 'SIGKILL')
    await this.#sweep()
  }

  /** Waits at most the grace. A dead member nobody waited for still fills the group, so now and then we look closer. */
  async #groupEmptied(): Promise<void> {
    for (let poll = 1; poll <= GRACE_MS / POLL_MS; poll++) {
      if (!send(-this.pid, 0)) return
      if (poll % 10 === 0 && this.#members(await this.#processes.scan()).length === 0) return
      await setTimeout(POLL_MS)
    }
  }

  async #sweep(): Promise<void> {
    await killUntilNone(
      () => this.#processes.scan(),
      (all) => this.#members(all),
    )
    this.stdin.destroy()
    this.stdout.destroy()
    this.stderr.destroy()
    await this.#processes.remove(this.pid)
  }

  #members(all: readonly Process[]): readonly Process[] {
    const isRoot = (row: Process) =>
      row.groupId === this.pid || row.treeMark === this.#mark || this.#known.has(identityOf(row))
    return withDescendants(all, all.filter(isRoot))
  }
}

const identityOf = ({ pid, started }: Process): string => `${pid}.${started}`

function spawnFault(cause: unknown, command: string, cwd: string): UpstreamFault {
  if (cause instanceof UpstreamFault) return cause
  const shortage = ownShortage(cause)
  if (shortage !== undefined) return inconclusive('spawn', shortage, cause)
  const fault = (detail: string, nextAction: string) =>
    faultOf('spawn_failed', { stage: 'spawn', where: `"${command}"`, detail, nextAction, cause })
  switch (errorCode(cause)) {
    case 'ENOENT':
      return existsSync(cwd)
        ? fault('there is no such command', 'Install it, or give its full path.')
        : fault(`its working directory ${cwd} does not exist`, 'Create the directory.')
    case 'EACCES':
      return fault('it may not be executed', 'Make the file executable for the user Omni2 runs as.')
    default:
      return fault(errorCode(cause) || 'the system refuses', 'Correct the command, its arguments or its environment.')
  }
}
