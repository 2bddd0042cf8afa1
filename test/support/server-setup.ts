import { timestamp } from '../../src/core/clock.ts'
import type { Role } from '../../src/core/token.ts'
import { Auth } from '../../src/server/access/auth.ts'
import { TokenBook } from '../../src/server/access/token-book.ts'
import { loadConfig } from '../../src/server/config/config.ts'
import { createApp } from '../../src/server/http/app.ts'
import { type Handlers, registerRoutes } from '../../src/server/http/register-routes.ts'
import { createLog } from '../../src/server/log.ts'
import { accessHandlers } from '../../src/server/routes/access.ts'
import { fakeHandlers } from './fake-handlers.ts'
import { FakeClock } from './fakes.ts'
import { MemoryTokens } from './memory-tokens.ts'

type Options = {
  readonly env?: Record<string, string>
  readonly handlers?: Partial<Handlers>
  readonly reached?: (route: string) => void
  readonly requestsPerMinute?: number
}

/** The web server as it runs, on a clock that a test moves, with handlers that do nothing but for signing in. */
export async function setUpServer({ env = {}, handlers = {}, reached, requestsPerMinute = 1e9 }: Options = {}) {
  const config = loadConfig({ env, flags: {}, readFile: () => '' })
  const clock = new FakeClock()
  const store = new MemoryTokens()
  const logLines: string[] = []
  const log = createLog({ level: 'debug', destination: { write: (line: string) => logLines.push(line) }, secrets: [] })
  const book = new TokenBook({ store, clock, onError: (error) => log.error({ err: error }, 'tokens') })
  const auth = new Auth({ book, clock })
  const app = await createApp({ config, auth, log, version: '0.0.0', clock, requestsPerMinute })

  /** Adds the API's routes; what a test adds to `app` comes before. */
  const withRoutes = () => {
    const access = accessHandlers({ auth, book, fleet: nothing, collections: nothing, clock })
    registerRoutes(app, fakeHandlers({ ...access, ...handlers }, reached), {
      publicUrl: config.publicUrl,
      clock,
    })
    return app
  }
  const token = async (role: Role, lifeMs?: number) => {
    const expiresAt = lifeMs === undefined ? {} : { expiresAt: timestamp(clock.wall() + lifeMs) }
    const { secret } = await book.create({ kind: 'api', name: `the ${role}`, role, ...expiresAt })
    return secret
  }
  return { app, auth, book, clock, config, log, logLines, store, token, withRoutes }
}

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

const nothing = { find: () => undefined }
