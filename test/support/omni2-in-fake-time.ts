import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { type Client, createClient } from '../../src/api/client.ts'
import type { ServerView } from '../../src/api/server-view.ts'
import { loadConfig } from '../../src/server/config/config.ts'
import { type Running, start } from '../../src/server/start.ts'
import { FakeClock } from './fakes.ts'
import { read, until } from './journey.ts'

/** All of Omni2, with its store, its web server and real connections, in this process and in time that a test moves. */
export class Omni2InFakeTime implements AsyncDisposable {
  readonly clock: FakeClock
  readonly adminToken: string
  readonly url: string
  readonly api: Client
  readonly dataDir: string
  readonly #running: Running

  /** `again`: with the time and the data of one that was stopped before. */
  static async start(again?: { readonly clock: FakeClock; readonly dataDir: string }): Promise<Omni2InFakeTime> {
    const dataDir = again?.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'omni2-test-')))
    const clock = again?.clock ?? new FakeClock()
    const adminToken = `omni2_admin_${randomBytes(32).toString('base64url')}`
    const env = { OMNI2_PORT: '0', OMNI2_DATA_DIR: dataDir, OMNI2_ADMIN_TOKEN: adminToken }
    const running = await start({
      config: loadConfig({ env, flags: {}, readFile: () => '' }),
      env: {},
      log: pino({ level: 'silent' }),
      version: '0.0.0',
      cwd: dataDir,
      clock,
      random: () => 0.5,
      onFatal: () => {},
    })
    return new Omni2InFakeTime(clock, adminToken, running, dataDir)
  }

  private constructor(clock: FakeClock, adminToken: string, running: Running, dataDir: string) {
    this.clock = clock
    this.adminToken = adminToken
    this.url = running.url
    this.api = createClient({ baseUrl: running.url, token: adminToken })
    this.#running = running
    this.dataDir = dataDir
  }

  /** Moves time to the next check of a server and waits, in real time, until its result is stored. */
  async nextCheck(id: number): Promise<ServerView> {
    const before = await this.settled(id)
    const dueInMs = Date.parse(before.next_check_at ?? '') - this.clock.wall()
    // A view shows whole milliseconds.
    await this.clock.advance(Math.max(0, dueInMs) + 1)
    const after = await until(
      () => read(this, id),
      ({ last_health_check, next_check_at }) =>
        next_check_at !== null && last_health_check !== before.last_health_check,
    )
    // Time that leapt while something was being stored makes the database look slow, until that is stored.
    await until(
      () => fetch(`${this.url}/health/ready`),
      ({ ok }) => ok,
    )
    return after
  }

  /** Waits until no check of it runs. */
  settled(id: number): Promise<ServerView> {
    return until(
      () => read(this, id),
      ({ next_check_at }) => next_check_at !== null,
    )
  }

  /** Ends, and keeps what is stored. */
  async stop(): Promise<void> {
    const stopped = this.#running.stop()
    await this.clock.advance(30_000)
    await stopped
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.dataDir, { recursive: true, force: true })
  }
}
