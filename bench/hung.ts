import { createRequire } from 'node:module'
import { Fixture } from './fixture.ts'
import type { HungFleet } from './hung-fleet.ts'
import { inChild } from './in-child.ts'
import type { Measurement } from './report.ts'
import { rounded } from './statistics.ts'

const require = createRequire(import.meta.url)
const SERVERS = 10_000
const HUNG = 3_000
/** Each is a port. Each has 20 servers, hung ones among them, as one machine might run. */
const ORIGINS = 500

/** Whether servers that accept and never answer delay the checks of the others. */
export const hung: Measurement = {
  name: 'hung',
  what: '10,000 servers at 60 s, 3,000 of which hang',
  minutes: 10,
  async run() {
    await using upstream = await Fixture.start()
    const origins = await upstream.open(ORIGINS)
    const args = [String(SERVERS), String(HUNG), ...origins]
    const one = await inChild<HungFleet>(require.resolve('./hung-fleet.ts'), args)
    const row = (when: string, { checks, p50, p99, max }: HungFleet['early']) => [
      when,
      checks,
      rounded(p50),
      rounded(p99),
      rounded(max),
    ]
    return {
      tables: [
        {
          title: `${SERVERS} servers at 60 s on ${ORIGINS} origins, ${HUNG} of which accept and never answer`,
          columns: ['lateness of the others', 'checks', 'p50 ms', 'p99 ms', 'last ms'],
          rows: [row('until the circuits are open', one.early), row('from then on', one.late)],
          notes: [
            `All seen after ${rounded(one.sweepMs / 1_000)} s; ${one.opened} circuits open after ${rounded(one.openMs / 1_000)} s; watched for 2 min from then on.`,
            `Lag of its event loop meanwhile: p99 ${rounded(one.lag.p99)} ms, at most ${rounded(one.lag.max)} ms; of a process that did nothing: ${rounded(one.machineLag.p99)} and ${rounded(one.machineLag.max)} ms; ${one.spent}.`,
            `${one.blocks}.`,
          ],
        },
      ],
      goals: [
        { what: 'lateness with 30 % hung, p99', unit: 'ms', most: 1_000, reached: one.late.p99 },
        { what: 'first sweep with 30 % hung', unit: 's', most: 75, reached: one.sweepMs / 1_000 },
        { what: 'starts in any second', unit: '', most: 250, reached: one.mostPerSecond },
        { what: 'checks of one origin at once', unit: '', most: 16, reached: one.mostPerOrigin },
        { what: '10,000 servers at 60 s, 30 % hung', unit: '% of a core', most: 25, reached: one.coreShare * 100 },
        { what: 'lag of the event loop with 30 % hung, p99', unit: 'ms', most: 50, reached: one.lag.p99 },
      ],
    }
  },
}
