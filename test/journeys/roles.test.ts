import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { attempt, Canary, tokenFor, waysToDefine, waysToRun } from '../support/canary.ts'
import { until } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'
import { deadPort, type Port } from '../support/ports.ts'

const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const PUBLIC = [
  'POST /api/v1/session',
  'GET /health/live',
  'HEAD /health/live',
  'GET /health/ready',
  'HEAD /health/ready',
]

let omni2: Omni2
let folder: string
let dead: Port
let urlServer: number
let tokens: Readonly<Record<'nobody' | 'viewer' | 'operator' | 'admin' | 'agent' | 'expired', string | undefined>>
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'omni2-canary-'))
  dead = await deadPort()
  omni2 = await Omni2.start()
  urlServer = (await omni2.api.createServer({ body: { name: 'url', url: dead.url } })).id
  const expired = await tokenFor(omni2, 'admin', 500)
  tokens = {
    nobody: undefined,
    viewer: await tokenFor(omni2, 'viewer'),
    operator: await tokenFor(omni2, 'operator'),
    agent: await tokenFor(omni2, 'agent'),
    admin: omni2.adminToken,
    expired,
  }
  const session = () => attempt(omni2, expired, { method: 'GET', path: '/api/v1/session' })
  await until(
    async () => (await session()).status,
    (status) => status === 401,
  )
})
afterAll(async () => {
  await omni2?.stop()
  await dead?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('a command of one’s own', () => {
  test.each(['nobody', 'viewer', 'operator', 'agent', 'expired'] as const)(
    'is refused to %s on every route',
    async (who) => {
      const ways = Object.entries(waysToDefine(urlServer))
      const canaries = ways.map((_, index) => new Canary(folder, `${who}-${index}`))
      for (const [index, [way, define]] of ways.entries()) {
        const canary = canaries[index] ?? new Canary(folder, 'none')
        const answer = await attempt(omni2, tokens[who], define(canary, `${who}${index}`))
        expect([way, answer.status]).toEqual([way, who === 'nobody' || who === 'expired' ? 401 : 403])
      }
      const barrier = new Canary(folder, `barrier-${who}`)
      await attempt(omni2, omni2.adminToken, {
        method: 'POST',
        path: '/api/v1/mcp/servers/discover',
        body: barrier.config,
      })
      expect([barrier.sang, canaries.map(({ sang }) => sang)]).toEqual([true, canaries.map(() => false)])
    },
  )

  test('is run for an admin on every route', async () => {
    for (const [way, define] of Object.entries(waysToDefine(urlServer))) {
      const canary = new Canary(folder, `admin-${way.replaceAll(' ', '-')}`)
      const answer = await attempt(omni2, omni2.adminToken, define(canary, way.replaceAll(' ', '-')))
      expect([way, answer.ok]).toEqual([way, true])
      await expect.poll(() => canary.sang, { timeout: 15_000 }).toBe(true)
    }
  })

  test.each(['nobody', 'viewer', 'agent', 'expired'] as const)(
    'that an admin registered is not run for %s',
    async (who) => {
      const canary = new Canary(folder, `run-${who}`)
      const { id } = await omni2.api.createServer({ body: { name: `run-${who}`, ...canary.config, enabled: false } })
      for (const way of waysToRun(id)) {
        const answer = await attempt(omni2, tokens[who], way)
        expect([way, answer.status]).toEqual([way, who === 'nobody' || who === 'expired' ? 401 : 403])
      }
      expect([canary.sang, (await omni2.api.getServer({ params: { id } })).enabled]).toEqual([false, false])
    },
  )
})

/** Every path the running server tells of, with 1 for each of its parameters. */
async function knownPaths(): Promise<string[]> {
  const document = Document.parse(await (await omni2.fetch('/api/v1/openapi.json')).json())
  return Object.keys(document.paths).map((known) => known.replace(/\{\w+\}/g, '1'))
}

describe('every route there is', () => {
  const more = ['/ws', '/api/docs', '/api/docs/', '/api/v1/openapi.json', '/api/v1/none', '/mcp', '/.env', '//']

  test('refuses who shows no token, but for the public ones', async () => {
    const open: string[] = []
    const paths = await knownPaths()
    expect(paths.length).toBeGreaterThan(25)
    for (const known of [...paths, ...more]) {
      for (const method of METHODS) {
        const answer = await attempt(omni2, undefined, { method, path: known })
        if (answer.status !== 401) open.push(`${method} ${known}`)
      }
    }
    expect(open.sort()).toEqual([...PUBLIC].sort())
  })

  test('refuses an agent, but for the public ones', async () => {
    const open: string[] = []
    for (const known of await knownPaths()) {
      for (const method of METHODS) {
        const answer = await attempt(omni2, tokens.agent, { method, path: known })
        if (answer.status !== 403) open.push(`${method} ${known}`)
      }
    }
    expect(open.sort()).toEqual([...PUBLIC].sort())
    const signIn = { method: 'POST', path: '/api/v1/session', body: { token: tokens.agent } }
    expect((await attempt(omni2, undefined, signIn)).status).toBe(403)
  })
})
