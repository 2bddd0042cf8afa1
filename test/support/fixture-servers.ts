import { createRequire } from 'node:module'
import { z } from 'zod'
import type { HostileBehaviour, Hostility } from '../fixtures/servers/hostile-behaviours.ts'
import type { LegacyBehaviour } from '../fixtures/servers/legacy-behaviour.ts'
import { SeenRequest } from '../fixtures/servers/request-log.ts'
import { ChildServer } from './child-server.ts'

const require = createRequire(import.meta.url)
const LEGACY = require.resolve('../fixtures/servers/legacy.ts')
const DUAL_ERA = require.resolve('../fixtures/servers/dual-era.ts')
const HOSTILE = require.resolve('../fixtures/servers/hostile.ts')

/** A server of ours, which remembers what it was asked. */
class FixtureServer extends ChildServer {
  async requests(): Promise<readonly SeenRequest[]> {
    return z.array(SeenRequest).parse(await this.command('requests'))
  }
  async clearRequests(): Promise<void> {
    await this.command('clear_requests')
  }
}

export class LegacyServer extends FixtureServer {
  /** From now on, until a restart. */
  async behave(change: Partial<LegacyBehaviour>): Promise<void> {
    await this.command('behave', change)
  }
  async forgetSessions(): Promise<void> {
    await this.command('forget_sessions')
  }
  async sessionCount(): Promise<number> {
    return z.int().parse(await this.command('sessions'))
  }
}

export class DualEraServer extends FixtureServer {
  /** Besides `echo`; announced to who listens in the modern era. */
  async setExtraTools(names: readonly string[]): Promise<void> {
    await this.command('extra_tools', names)
  }
  /** Tells who subscribed to it in the modern era; it has one, `note://watched`. */
  async resourceUpdated(uri: string): Promise<void> {
    await this.command('resource_updated', uri)
  }
}

export class HostileServer extends FixtureServer {
  /** From now on, until a restart or `relent()`. */
  async behave(name: HostileBehaviour, details: Partial<Omit<Hostility, 'name'>> = {}): Promise<void> {
    await this.command('behave', { name, ...details })
  }
  async relent(): Promise<void> {
    await this.command('behave', null)
  }
}

/** Streamable HTTP of the legacy era, on SDK 1.x, with sessions. */
export const legacyServer = (): Promise<LegacyServer> =>
  new LegacyServer({ name: 'legacy', path: '/mcp', args: () => [LEGACY] }).start()

/** The same, for those who know the bearer token; all others get 401 and WWW-Authenticate. */
export const needsLogin = (token: string): Promise<LegacyServer> =>
  new LegacyServer({
    name: 'needs-login',
    path: '/mcp',
    args: () => [LEGACY],
    env: { FIXTURE_TOKEN: token },
  }).start()

/** Both eras at one endpoint, on SDK 2.x, without sessions. */
export const dualEraServer = (): Promise<DualEraServer> =>
  new DualEraServer({ name: 'dual-era', path: '/mcp', args: () => [DUAL_ERA] }).start()

/** Honest until told otherwise; its one tool, `headers`, answers the headers it received. */
export const hostileServer = (era: 'legacy' | 'modern' = 'legacy'): Promise<HostileServer> =>
  new HostileServer({
    name: 'hostile',
    path: '/mcp',
    args: () => [HOSTILE],
    env: { FIXTURE_ERA: era },
  }).start()
