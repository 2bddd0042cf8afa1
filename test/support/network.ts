import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'

const DOORWAY = createRequire(import.meta.url).resolve('../fixtures/doorway.ts')

/** Where the servers are; Omni2 is at .1 of the same network. */
export const FAR_ADDRESSES = Array.from({ length: 8 }, (_, n) => `10.87.0.${n + 11}`)

/**
 * Two network namespaces with a cable between: `near` for Omni2, `far` for servers. They last as long as the process
 * that holds each, which ends with this one, so nothing is left behind whatever happens.
 */
export class TwoNetworks implements AsyncDisposable {
  readonly #holders: readonly [ChildProcess, ChildProcess]
  readonly #doorways: ChildProcess[] = []
  /** Commands that run another one in there. */
  readonly near: readonly string[]
  readonly far: readonly string[]

  static async make(): Promise<TwoNetworks> {
    const holders = [hold(), hold()] as const
    const networks = new TwoNetworks(holders)
    await Promise.all(holders.map(({ stdout }) => stdout && once(stdout, 'data')))
    const peer = ['peer', 'name', 'cable', 'netns', `${holders[1].pid}`]
    networks.#ip(networks.near, 'link', 'add', 'cable', 'type', 'veth', ...peer)
    for (const side of [networks.near, networks.far]) networks.#ip(side, 'link', 'set', 'lo', 'up')
    networks.#ip(networks.near, 'address', 'add', '10.87.0.1/24', 'dev', 'cable')
    for (const address of FAR_ADDRESSES) networks.#ip(networks.far, 'address', 'add', `${address}/24`, 'dev', 'cable')
    for (const side of [networks.near, networks.far]) networks.#ip(side, 'link', 'set', 'cable', 'up')
    return networks
  }

  private constructor(holders: readonly [ChildProcess, ChildProcess]) {
    this.#holders = holders
    const [near, far] = holders
    this.near = entering(near)
    this.far = entering(far)
  }

  /** Pulls the cable out, or puts it back: at our own end, or at the other. */
  plug(end: 'near' | 'far', isIn: boolean): void {
    this.#ip(this[end], 'link', 'set', 'cable', isIn ? 'up' : 'down')
  }

  /** Lets this process reach 127.0.0.1:`port` of `near` at its own 127.0.0.1:`port`. */
  async openDoorway(port: number): Promise<void> {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    const [command = '', ...args] = this.near
    const doorway = spawn(command, [...args, process.execPath, DOORWAY], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#doorways.push(doorway)
    doorway.send(port, server)
    await once(doorway, 'message')
    server.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [...this.#doorways, ...this.#holders]) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  }

  #ip(side: readonly string[], ...args: readonly string[]): void {
    const [command = '', ...rest] = side
    execFileSync(command, [...rest, 'ip', ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
}

const entering = ({ pid }: ChildProcess) => ['nsenter', '--net', '--target', `${pid}`]

/** Ends once its standard input does. */
const hold = (): ChildProcess =>
  spawn('unshare', ['--net', 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
