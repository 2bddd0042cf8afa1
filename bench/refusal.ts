import { Omni2 } from '../test/support/omni2.ts'
import { Announcements } from './announcements.ts'
import { coreTimeOf, spent } from './core-time.ts'
import { filledDataDir } from './filled-data-dir.ts'
import { Fixture } from './fixture.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { quantile, rounded } from './statistics.ts'
import { serverConfig } from './watched-fleet.ts'

/** Each token may ask 600 times a minute. */
const TOKENS = 3
const CALLS_OF_A_TOKEN = 300
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
          title: 'Calls to a tool of a server whose circuit is open, one after another',
          columns: ['what', 'requests', 'p50 ms', 'p99 ms', 'last ms', 'CPU us each'],
          rows: [row('the server itself, to compare', refused), row('a call, refused', calls)],
          notes: [`${contacts} connections or requests reached the server meanwhile.`, `Of Omni2, ${did} meanwhile.`],
        },
      ],
      goals: [
        { what: 'refusal by an open circuit, p99', unit: 'ms', most: 5, reached: quantile(calls.durations, 0.99) },
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
  const before = await usageOf(omni2.process.pid)
  for (const token of tokens) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = method === 'POST' ? { body: '{}' } : {}
    for (let n = 0; n < CALLS_OF_A_TOKEN; n++) {
      const startedAt = performance.now()
      const answer = await omni2.fetch(`/api/v1/mcp/servers/1${path}`, { method, headers, ...body })
      const text = await answer.text()
      durations.push(performance.now() - startedAt)
      if (answer.status !== status) throw new Error(text)
    }
  }
  const after = await usageOf(omni2.process.pid)
  return { durations, cpuMs: (after.cpuMs - before.cpuMs) / durations.length }
}
