import { filledDataDir } from './filled-data-dir.ts'
import { fixture } from './fixture.ts'
import { gatewayOmni2 } from './gateway-omni2.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { median, rounded } from './statistics.ts'
import { initialized, ToolCaller } from './tool-caller.ts'
import { twentyToolsOf } from './tools.ts'
import { serversUnder } from './watched-fleet.ts'

const SERVERS = 50
const TOOLS = 1_000
const ROUNDS = 5
const LISTS = 200

/** What the list of all tools costs that agents find at one endpoint. */
export const catalog: Measurement = {
  name: 'catalog',
  what: `tools/list of ${TOOLS} tools from ${SERVERS} servers`,
  minutes: 1,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await fixture())
    const servers = serversUnder(`${upstream.url}/twenty`, SERVERS, 3_600_000)
    const { through } = await gatewayOmni2(owned, {
      dataDir: await filledDataDir(owned, { servers, tools: twentyToolsOf, enabled: true }),
    })
    const session = await initialized(through)
    const caller = new ToolCaller({ ...through, name: 'lists', tool: '', session })
    const millis: number[] = []
    const times: number[] = []
    let bytes = 0
    for (let round = -1; round < ROUNDS; round++) {
      const before = await usageOf(through.pid)
      for (let n = 0; n < LISTS; n++) {
        const startedAt = performance.now()
        const text = await caller.list()
        if (round >= 0) times.push(performance.now() - startedAt)
        bytes = text.length
      }
      const { cpuMs } = await usageOf(through.pid)
      if (round >= 0) millis.push((cpuMs - before.cpuMs) / LISTS)
    }
    const count = JSON.parse(await caller.list()).result.tools.length
    if (count !== TOOLS) throw new Error(`${count} tools are listed`)
    await caller.close()
    return {
      tables: [
        {
          title: `tools/list of ${TOOLS} tools from ${SERVERS} servers, ${rounded(bytes / 1_024)} KiB`,
          columns: ['what', 'least', 'median', 'most'],
          rows: [
            ['CPU of a list, ms', ...[Math.min(...millis), median(millis), Math.max(...millis)].map(rounded)],
            ['time of a list, ms', ...[Math.min(...times), median(times), Math.max(...times)].map(rounded)],
          ],
          notes: [`${ROUNDS} rounds of ${LISTS} lists of one client, one after another; nothing changes meanwhile.`],
        },
      ],
      goals: [{ what: 'CPU of a list of 1,000 tools', unit: 'ms', most: 2, reached: median(millis) }],
    }
  },
}
