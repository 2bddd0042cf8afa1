import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { ask } from '../test/support/child-server.ts'
import type { Omni2 } from '../test/support/omni2.ts'
import { fixture } from './fixture.ts'
import { gatewayOmni2 } from './gateway-omni2.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { growth, median, rounded } from './statistics.ts'
import { initialized } from './tool-caller.ts'
import { ToolCallers } from './tool-callers.ts'

const CALLS = 1_000_000
const SAMPLES = 25
const CLIENTS = 64
/** Caches fill meanwhile, and the collector finds its measure. */
const WARM_UP = 5
/** Of the median. */
const MOST_GROWTH = 0.05
const PROBE = createRequire(import.meta.url).resolve('./soak-probe.ts')

const Alive = z.object({ heapMiB: z.number(), timers: z.number(), listeners: z.number(), leaks: z.number() })
type Sample = z.infer<typeof Alive> & { readonly rssMiB: number; readonly descriptors: number }

const FLAT = [
  ['heap after a collection, MiB', 'heapMiB'],
  ['file descriptors', 'descriptors'],
  ['timers', 'timers'],
  ['listeners of the process', 'listeners'],
] as const

/** Whether anything piles up over a million calls. */
export const endless: Measurement = {
  name: 'endless',
  what: 'a million calls through the gateway: what piles up',
  minutes: 5,
  async run() {
    await using owned = new AsyncDisposableStack()
    const upstream = owned.use(await fixture())
    const servers = { legacy: `${upstream.url}/legacy` }
    const { omni2, through } = await gatewayOmni2(owned, { servers, nodeArgs: ['--import', PROBE] })
    const target = { ...through, name: 'legacy', tool: 'legacy__look-up-0', session: await initialized(through) }
    const callers = owned.use(await ToolCallers.open(target, CLIENTS))
    const samples: Sample[] = []
    while (samples.length < SAMPLES) {
      await callers.run(CALLS / SAMPLES)
      samples.push(await sampleOf(omni2))
    }
    const judged = samples.slice(WARM_UP)
    const of = (key: keyof Sample) => judged.map((sample) => sample[key])
    const row = ([what, key]: readonly [string, keyof Sample]) => [
      what,
      ...[samples[0]?.[key], judged[0]?.[key], median(of(key)), judged.at(-1)?.[key]].map((value) =>
        rounded(Number(value)),
      ),
      rounded(growth(of(key))),
    ]
    return {
      tables: [
        {
          title: `${CALLS.toLocaleString('en')} calls of ${CLIENTS} clients, ${SAMPLES} samples`,
          columns: ['what', 'at first', 'warmed up', 'median', 'at last', 'growth'],
          rows: [...FLAT.map(row), row(['RSS, MiB', 'rssMiB'])],
          notes: [`Growth: of the Theil-Sen line through the last ${SAMPLES - WARM_UP} samples, over all of them.`],
        },
      ],
      goals: [
        ...FLAT.map(([what, key]) => ({
          what: `growth of ${what}`,
          unit: '',
          most: rounded(MOST_GROWTH * median(of(key))),
          reached: growth(of(key)),
        })),
        { what: 'warnings of too many listeners', unit: '', most: 0, reached: Math.max(...of('leaks')) },
      ],
    }
  },
}

async function sampleOf({ process: { child, pid } }: Omni2): Promise<Sample> {
  const alive = Alive.parse(await ask(child, 'sample', null))
  const { rssMiB } = await usageOf(pid)
  return { ...alive, rssMiB, descriptors: (await readdir(`/proc/${pid}/fd`)).length }
}
