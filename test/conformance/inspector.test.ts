import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startFleet } from '../../demo/fleet.ts'
import { registerHealthy } from '../support/journey.ts'
import { Omni2 } from '../support/omni2.ts'

/** Installed apart from everything else, by `npm run conformance`. */
const INSPECTOR = path.resolve('test/conformance/node_modules/.bin/mcp-inspector')
const ECHO = ['everything-http', 'everything-sse', 'everything-modern', 'everything-stdio']

test('the Inspector uses the demo fleet through the gateway, in both eras', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'omni2-inspector-'))
  await using owned = new AsyncDisposableStack()
  owned.defer(() => rm(directory, { recursive: true, force: true }))
  const omni2 = owned.use(await Omni2.start())
  const fleet = await startFleet(directory, owned)
  const working = fleet.filter(({ input }) => ECHO.includes(input.name))
  await Promise.all(working.map(({ input }) => registerHealthy(omni2, input.name, input)))
  const { token } = await omni2.api.createToken({ body: { name: 'inspector', role: 'agent' } })
  const target = [`${omni2.url}/mcp`, '--transport', 'http', '--header', `Authorization: Bearer ${token}`]
  const env = { PATH: process.env.PATH, HOME: directory }

  for (const era of ['legacy', 'modern']) {
    const inspect = async (...words: readonly string[]) => {
      const args = ['--cli', ...target, '--protocol-era', era, ...words]
      return JSON.parse((await promisify(execFile)(INSPECTOR, args, { env })).stdout)
    }
    const { tools } = await inspect('--method', 'tools/list')
    const names = tools.map(({ name }: { readonly name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(ECHO.map((name) => `${name}__echo`)))
    for (const name of ECHO) {
      const called = ['--method', 'tools/call', '--tool-name', `${name}__echo`, '--tool-arg', `message=${era}`]
      const { content, isError } = await inspect(...called)
      expect([isError ?? false, content]).toEqual([false, [{ type: 'text', text: `Echo: ${era}` }]])
    }
  }
  const { calls } = await omni2.api.listCalls({ query: { method: 'tools/call', limit: 100 } })
  const versions = calls.map(({ client_version }) => client_version)
  expect(new Set(versions)).toEqual(new Set(['2025-11-25', '2026-07-28']))
})
