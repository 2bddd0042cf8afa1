import { EVENTS } from './answers.ts'
import { fixture } from './fixture.ts'
import { gatewayOmni2 } from './gateway-omni2.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { median, rounded } from './statistics.ts'
import { initialized, type Target, ToolCaller } from './tool-caller.ts'

const ROUNDS = 5
const CALLS = 40
const CLIENTS = 8

/** What it costs to pass on one event of a stream. */
export const streams: Measurement = {
  name: 'streams',
  what: 'an event of a server, passed on by the gateway',
  minutes: 1,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await fixture())
    const servers = { chatty: `${upstream.url}/chatty` }
    const { through } = await gatewayOmni2(owned, { servers })
    const target = { ...through, name: 'chatty', tool: 'chatty__look-up-0', session: await initialized(through) }
    const micros: number[] = []
    for (let round = -1; round < ROUNDS; round++) {
      const before = await usageOf(through.pid)
      await Promise.all(Array.from({ length: CLIENTS }, () => listened(target)))
      const { cpuMs } = await usageOf(through.pid)
      if (round >= 0) micros.push(((cpuMs - before.cpuMs) * 1_000) / (CLIENTS * CALLS * EVENTS))
    }
    return {
      tables: [
        {
          title: `Calls of ${CLIENTS} clients whose answers are streams with ${EVENTS} events`,
          columns: ['what', 'least', 'median', 'most'],
          rows: [['CPU of an event, us', ...[Math.min(...micros), median(micros), Math.max(...micros)].map(rounded)]],
          notes: [
            `${ROUNDS} rounds of ${CALLS} calls of each client; all CPU of the process over all events, so the calls count too.`,
            'The server sends each event in a turn of its own, so most come alone.',
          ],
        },
      ],
      goals: [{ what: 'CPU of an event passed on', unit: 'us', most: 15, reached: median(micros) }],
    }
  },
}

async function listened(target: Target): Promise<void> {
  const caller = new ToolCaller(target)
  for (let call = 0; call < CALLS; call++) await caller.listen(EVENTS)
  await caller.close()
}
