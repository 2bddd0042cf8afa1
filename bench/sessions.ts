import { createRequire } from 'node:module'
import { z } from 'zod'
import { ask } from '../test/support/child-server.ts'
import type { Omni2 } from '../test/support/omni2.ts'
import { fixture } from './fixture.ts'
import { gatewayOmni2 } from './gateway-omni2.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { rounded } from './statistics.ts'
import { initialized, ToolCaller } from './tool-caller.ts'

const SESSIONS = 1_000
const PROBE = createRequire(import.meta.url).resolve('./soak-probe.ts')
const Alive = z.object({ heapMiB: z.number() })

/** What sessions of agents need that nobody uses at the moment. */
export const sessions: Measurement = {
  name: 'sessions',
  what: 'a thousand sessions of agents that idle',
  minutes: 1,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await fixture())
    const servers = { legacy: `${upstream.url}/legacy` }
    const { omni2, through } = await gatewayOmni2(owned, { servers, nodeArgs: ['--import', PROBE] })
    const target = { ...through, name: 'legacy', tool: 'legacy__look-up-0' }
    const open = async (uses: boolean) => {
      const session = await initialized(through)
      if (!uses) return
      const caller = new ToolCaller({ ...target, session })
      await caller.call()
      await caller.close()
    }
    const times = async (count: number, uses: boolean) => {
      for (let n = 0; n < count; n++) await open(uses)
      return await memoryOf(omni2)
    }
    const before = await times(20, true)
    const opened = await times(SESSIONS, false)
    const used = await times(SESSIONS - 100, true)
    const row = (what: string, count: number, from: Memory, to: Memory) => [
      what,
      count,
      ...[to.rssMiB - from.rssMiB, to.heapMiB - from.heapMiB].map((mib) => rounded((mib * SESSIONS) / count)),
    ]
    return {
      tables: [
        {
          title: 'Sessions that idle',
          columns: ['what', 'opened', 'RSS MiB of 1,000', 'heap MiB of 1,000'],
          rows: [
            row('opened', SESSIONS, before, opened),
            row('opened, and one call to a server that keeps sessions', SESSIONS - 100, opened, used),
          ],
          notes: ['After a collection; the connections of the clients are closed, those to the server are kept.'],
        },
      ],
      goals: [{ what: '1,000 idle sessions', unit: 'MiB', most: 20, reached: opened.rssMiB - before.rssMiB }],
    }
  },
}

type Memory = { readonly rssMiB: number; readonly heapMiB: number }

async function memoryOf({ process: { child, pid } }: Omni2): Promise<Memory> {
  const { heapMiB } = Alive.parse(await ask(child, 'sample', null))
  const { rssMiB } = await usageOf(pid)
  return { rssMiB, heapMiB }
}
