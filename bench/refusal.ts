import { Omni2 } from '../test/support/omni2.ts'
import { Announcements } from './announcements.ts'
import { coreTimeOf, spent } from './core-time.ts'
import { filledDataDir } from './filled-data-dir.ts'
import { Fixture } from './fixture.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { quantile, rounded } from './statistics.ts'
import { initialized, ToolCaller } from './tool-caller.ts'
import { serverConfig } from './watched-fleet.ts'

/** Each token may ask 600 times a minute. */
const TOKENS = 4
const CALLS_OF_A_TOKEN = 500
/** Before, of each way: code that was just loaded runs slowly. */
const WARM_UP = 400
const PATIENCE_MS = 180_000

/** How soon a call to a server with an open circuit is refused, and whether the server hears of it. */
export const refusal: Measurement = {
  name: 'refusal',
  what: 'calls to a server whose circuit is open',
  minutes: 1,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await Fixture.start())
    const [url = ''] = await upstream.open(1)
    const servers = [serverConfig('server-0', `${url}/mcp`, 5_000)]
    const omni2 = owned.use(await Omni2.start({ dataDir: await filledDataDir(owned, { servers, enabled: true }) }))
    const announced = owned.use(new Announcements(omni2))
    await announced.ready
    const refused = await inParts(omni2, 'GET', '', 200)
    const since = performance.now()
    await upstream.become(url, 'hanging')
    // It opens for 30 s at least, longer than the calls take.
    await announced.status('server-0', since, ['circuit_open'], PATIENCE_MS)
    const before = await upstream.contacts(url)
    const onCore = await coreTimeOf(omni2.process.pid)
    const calls = await inParts(omni2, 'POST', '/tools/look-up-0/call', 503)
    const agents = await byAgent(owned, omni2)
    const did = spent(onCore, await coreTimeOf(omni2.process.pid))
    const contacts = (await upstream.contacts(url)) - before
    const row = (what: string, { durations, cpuMs }: Asked) => [
      what,
      durations.length,
      rounded(quantile(durations, 0.5)),
      rounded(quantile(durations, 0.99)),
      rounded(quantile(durations, 1)),
      rounded(cpuMs * 1_000),
    ]
    return {
      tables: [
        {
          title: 'Calls to a tool of a server whose circuit is open, one after another, once warm',
          columns: ['what', 'requests', 'p50 ms', 'p99 ms', 'last ms', 'CPU us each'],
          rows: [
            row('the server itself, to compare', refused),
            row('a call, refused', calls),
            row('a call through the gateway, refused', agents),
          ],
          notes: [`${contacts} connections or requests reached the server meanwhile.`, `Of Omni2, ${did} meanwhile.`],
        },
      ],
      goals: [
        { what: 'refusal by an open circuit, p99', unit: 'ms', most: 5, reached: quantile(calls.durations, 0.99) },
        { what: 'the same through the gateway', unit: 'ms', most: 5, reached: quantile(agents.durations, 0.99) },
        { what: 'contacts of a server with an open circuit', unit: '', most: 0, reached: contacts },
      ],
    }
  },
}

type Asked = { readonly durations: readonly number[]; readonly cpuMs: number }

/** @throws when an answer has another status. */
async function inParts(omni2: Omni2, method: string, path: string, status: number): Promise<Asked> {
  const tokens = []
  for (let n = 0; n < TOKENS; n++) {
    tokens.push((await omni2.api.createToken({ body: { name: `bench ${method} ${n}`, role: 'operator' } })).token)
  }
  const durations: number[] = []
  let isWarm = false
  let before = await usageOf(omni2.process.pid)
  for (const token of tokens) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = method === 'POST' ? { body: '{}' } : {}
    for (let n = 0; n < CALLS_OF_A_TOKEN; n++) {
      const startedAt = performance.now()
      const answer = await omni2.fetch(`/api/v1/mcp/servers/1${path}`, { method, headers, ...body })
      const text = await answer.text()
      durations.push(performance.now() - startedAt)
      if (answer.status !== status) throw new Error(text)
      if (durations.length !== WARM_UP || isWarm) continue
      isWarm = true
      durations.length = 0
      before = await usageOf(omni2.process.pid)
    }
  }
  return asked(omni2, durations, before)
}

/** As an agent is told. */
async function byAgent(owned: AsyncDisposableStack, omni2: Omni2): Promise<Asked> {
  const { token } = await omni2.api.createToken({ body: { name: 'bench agent', role: 'agent' } })
  const at = { name: 'refused', url: omni2.url, path: '/mcp', token, tool: 'server-0__look-up-0' }
  const caller = new ToolCaller({ ...at, session: await initialized(at) })
  owned.defer(() => caller.close())
  for (let n = 0; n < WARM_UP; n++) await caller.refused()
  const durations: number[] = []
  const before = await usageOf(omni2.process.pid)
  while (durations.length < TOKENS * CALLS_OF_A_TOKEN) {
    const startedAt = performance.now()
    await caller.refused()
    durations.push(performance.now() - startedAt)
  }
  return asked(omni2, durations, before)
}

async function asked(omni2: Omni2, durations: readonly number[], before: { readonly cpuMs: number }): Promise<Asked> {
  const { cpuMs } = await usageOf(omni2.process.pid)
  return { durations, cpuMs: (cpuMs - before.cpuMs) / durations.length }
}
