import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Omni2 } from '../test/support/omni2.ts'
import { Announcements } from './announcements.ts'
import { filledDataDir } from './filled-data-dir.ts'
import { Fixture } from './fixture.ts'
import { folder, serverConfig } from './watched-fleet.ts'

/** All in milliseconds: from the fault to what was announced over `/ws`, and back. */
export type Outage = {
  readonly detected: readonly number[]
  /** From the first check that passed to `healthy`, of servers that came back once they were announced. */
  readonly recovered: readonly number[]
  /** From coming back to `healthy`, with an open circuit. */
  readonly recoveredOpen: readonly number[]
  /** From asking for a check to `healthy`, with an open circuit. */
  readonly recoveredAsked: readonly number[]
  /** From asking for a check of a server that just failed to the answer, which says so. */
  readonly answered: readonly number[]
  /** With a call a second. */
  readonly underTraffic: readonly number[]
  /** From the end of a child process to `disconnected`. */
  readonly exits: readonly number[]
  /** Checks that Omni2 itself was held up in. */
  readonly inconclusive: number
}

const require = createRequire(import.meta.url)
const MINUTE_MS = 60_000
const SERVERS = 200
/** Which of them meet what; the first 50 fail at phases of the interval that are random, but spread over all of it. */
const FAILING = 50
const SOON = range(0, 10)
const ASKED = range(10, 20)
const LEFT = range(20, FAILING)
const PRESSED = range(50, 60)
const BUSY = range(60, 65)
const COMMANDS = range(0, 5)
/** So long are they dead: then each circuit is at its longest opening. */
const DEAD_MS = 9 * MINUTE_MS
const DOWN = ['disconnected', 'unhealthy', 'circuit_open']
const PATIENCE_MS = 10 * MINUTE_MS

/** Has a quarter of 200 servers at 60 s fail in one way, and brings them back. */
export async function outage(kind: 'refusing' | 'hanging', tell: (text: string) => void): Promise<Outage> {
  await using owned = new AsyncDisposableStack()
  const scene = await Scene.start(owned, kind)
  tell('all healthy')
  const answered = await Promise.all(PRESSED.map((n) => scene.press(n)))
  const underTraffic = await Promise.all(BUSY.map((n) => scene.call(n)))
  const exits = await Promise.all(COMMANDS.map((n) => scene.exit(n)))
  tell('asked for checks, called tools, ended commands; 50 servers fail within the next two minutes')
  const fail = (n: number) => scene.fail(n)
  const [soon, asked, left] = await Promise.all([SOON, ASKED, LEFT].map((some) => Promise.all(some.map(fail))))
  const detected = [soon, asked, left].flatMap((some) => some ?? [])
  tell('all announced')
  const recovered = await Promise.all(SOON.map((n) => scene.recover(n)))
  tell(`10 are back; the others stay dead for ${DEAD_MS / MINUTE_MS} min`)
  await setTimeout(DEAD_MS)
  const [recoveredAsked, recoveredOpen] = await Promise.all([
    Promise.all(ASKED.map((n) => scene.recoverAsked(n))),
    Promise.all(LEFT.map((n) => scene.recoverOpen(n))),
  ])
  return {
    detected,
    recovered,
    recoveredOpen,
    recoveredAsked,
    answered,
    underTraffic,
    exits,
    inconclusive: scene.inconclusive,
  }
}

/** A running Omni2 with its servers, each on an origin of its own. */
class Scene {
  readonly #kind: 'refusing' | 'hanging'
  readonly #upstream: Fixture
  readonly #origins: readonly string[]
  readonly #omni2: Omni2
  readonly #announced: Announcements
  readonly #pids: string

  static async start(owned: AsyncDisposableStack, kind: 'refusing' | 'hanging'): Promise<Scene> {
    const upstream = owned.use(await Fixture.start())
    const origins = await upstream.open(SERVERS)
    const pids = await folder(owned)
    const commands = COMMANDS.map((n) => {
      const args = [require.resolve('./stdio-server.ts'), path.join(pids, String(n))]
      return serverConfig(`command-${n}`, { protocol: 'stdio', command: process.execPath, args, env: {} }, MINUTE_MS)
    })
    const servers = [...origins.map((url, n) => serverConfig(`server-${n}`, `${url}/mcp`, MINUTE_MS)), ...commands]
    const omni2 = owned.use(await Omni2.start({ dataDir: await filledDataDir(owned, { servers, enabled: true }) }))
    const announced = owned.use(new Announcements(omni2))
    await announced.ready
    while (announced.checked.length < servers.length) await setTimeout(200)
    return new Scene(kind, upstream, origins, omni2, announced, pids)
  }

  private constructor(
    kind: 'refusing' | 'hanging',
    upstream: Fixture,
    origins: readonly string[],
    omni2: Omni2,
    announced: Announcements,
    pids: string,
  ) {
    this.#kind = kind
    this.#upstream = upstream
    this.#origins = origins
    this.#omni2 = omni2
    this.#announced = announced
    this.#pids = pids
  }

  /** Fails when its last check is a while ago, each another share of the interval. */
  async fail(n: number): Promise<number> {
    await this.#announced.pass(`server-${n}`, performance.now(), PATIENCE_MS)
    await setTimeout(((n + Math.random()) / FAILING) * MINUTE_MS)
    const since = await this.#become(n, this.#kind)
    return (await this.#announced.status(`server-${n}`, since, DOWN, PATIENCE_MS)) - since
  }

  get inconclusive(): number {
    return this.#announced.inconclusive
  }

  async recover(n: number): Promise<number> {
    const since = await this.#become(n, 'up')
    const healthy = await this.#announced.status(`server-${n}`, since, ['healthy'], PATIENCE_MS)
    return healthy - (await this.#announced.pass(`server-${n}`, since, PATIENCE_MS))
  }

  async recoverOpen(n: number): Promise<number> {
    await setTimeout(Math.random() * MINUTE_MS)
    const since = await this.#become(n, 'up')
    return (await this.#announced.status(`server-${n}`, since, ['healthy'], PATIENCE_MS)) - since
  }

  async recoverAsked(n: number): Promise<number> {
    const since = await this.#become(n, 'up')
    await this.#omni2.api.triggerHealthCheck({ params: this.#idOf(n) })
    return (await this.#announced.status(`server-${n}`, since, ['healthy'], PATIENCE_MS)) - since
  }

  /** Fails, and is back after the answer. */
  async press(n: number): Promise<number> {
    const since = await this.#become(n, this.#kind)
    const { health_result } = await this.#omni2.api.triggerHealthCheck({ params: this.#idOf(n) })
    const ms = performance.now() - since
    if (health_result.healthy) throw new Error(`server-${n} failed, and a check on demand did not say so`)
    await this.#become(n, 'up')
    return ms
  }

  async call(n: number): Promise<number> {
    const since = await this.#become(n, this.#kind)
    const told = this.#announced.status(`server-${n}`, since, DOWN, PATIENCE_MS)
    const over = new AbortController()
    const calling = this.#callUntil(n, over.signal)
    const ms = (await told) - since
    over.abort()
    await calling
    await this.#become(n, 'up')
    return ms
  }

  async exit(n: number): Promise<number> {
    await setTimeout(Math.random() * 10_000)
    const pid = Number(await readFile(path.join(this.#pids, String(n)), 'utf8'))
    const since = performance.now()
    process.kill(pid, 'SIGKILL')
    return (await this.#announced.status(`command-${n}`, since, DOWN, PATIENCE_MS)) - since
  }

  async #callUntil(n: number, signal: AbortSignal): Promise<void> {
    const params = { ...this.#idOf(n), tool: 'look-up-0' }
    const calls: Promise<unknown>[] = []
    while (!signal.aborted) {
      // It is refused once the circuit is open.
      calls.push(this.#omni2.api.callTool({ params, body: { arguments: {} } }).catch(() => undefined))
      await setTimeout(1_000)
    }
    await Promise.all(calls)
  }

  async #become(n: number, state: 'up' | 'refusing' | 'hanging'): Promise<number> {
    const since = performance.now()
    await this.#upstream.become(this.#origins[n] ?? '', state)
    return since
  }

  #idOf(n: number) {
    return { id: String(n + 1) }
  }
}

function range(from: number, until: number): readonly number[] {
  return Array.from({ length: until - from }, (_, n) => from + n)
}
