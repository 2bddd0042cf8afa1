import { type Outage, outage } from './outage.ts'
import type { Measurement } from './report.ts'
import { median, quantile, rounded } from './statistics.ts'

/** How soon a fault is announced, and that it is over. */
export const detect: Measurement = {
  name: 'detect',
  what: '200 servers, 50 of which fail at phases all over the interval and come back',
  minutes: 20,
  async run() {
    const startedAt = performance.now()
    const tell = (what: string) => (text: string) => {
      const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
      process.stderr.write(`detect, ${minutes} min, ${what}: ${text}\n`)
    }
    const [refused, hung] = await Promise.all([outage('refusing', tell('refused')), outage('hanging', tell('hung'))])
    const rows = (how: string, made: Outage) =>
      LINES.flatMap(([what, timesOf]) => {
        const times = timesOf(made)
        return [[what, how, times.length, ...[median(times), Math.max(...times)].map((ms) => rounded(ms / 1_000))]]
      })
    const worst = (times: readonly number[]) => quantile(times, 1) / 1_000
    const both = (timesOf: (made: Outage) => readonly number[]) => worst([...timesOf(refused), ...timesOf(hung)])
    return {
      tables: [
        {
          title: '200 servers at 60 s, 50 of which fail at phases all over the interval',
          columns: ['what', 'how they fail', 'servers', 'median s', 'worst s'],
          rows: [...rows('refused', refused), ...rows('hung', hung)],
          notes: [
            'Phases: one at random in each fiftieth of the interval, so that none is left out.',
            'Times by the clock, as heard over /ws; each way of failing has an Omni2 of its own, both at once.',
            `Of all checks ${refused.inconclusive + hung.inconclusive} said nothing, because this machine held Omni2 up; such a one keeps an open circuit open once more.`,
            'Recovery from an open circuit: after 9 min, when each circuit is at its longest opening (300 to 360 s).',
          ],
        },
      ],
      goals: [
        {
          what: 'a refused server is announced, median',
          unit: 's',
          most: 45,
          reached: median(refused.detected) / 1_000,
        },
        { what: 'a refused server is announced, worst', unit: 's', most: 78, reached: worst(refused.detected) },
        { what: 'a refused server under traffic, worst', unit: 's', most: 15, reached: worst(refused.underTraffic) },
        {
          what: 'a child process that ended is announced, worst',
          unit: 's',
          most: 1,
          reached: both((made) => made.exits),
        },
        { what: 'recovery after the next check, worst', unit: 's', most: 17, reached: both((made) => made.recovered) },
        {
          what: 'recovery from an open circuit, worst',
          unit: 's',
          most: 366,
          reached: both((made) => made.recoveredOpen),
        },
        { what: 'recovery on demand, worst', unit: 's', most: 12, reached: both((made) => made.recoveredAsked) },
      ],
    }
  },
}

const LINES: readonly (readonly [string, (made: Outage) => readonly number[]])[] = [
  ['announced', ({ detected }) => detected],
  ['announced, with a call a second', ({ underTraffic }) => underTraffic],
  ['a check on demand says so', ({ answered }) => answered],
  ['a child process that ended is announced', ({ exits }) => exits],
  ['healthy after the next check', ({ recovered }) => recovered],
  ['healthy from an open circuit', ({ recoveredOpen }) => recoveredOpen],
  ['healthy from an open circuit, on demand', ({ recoveredAsked }) => recoveredAsked],
]
