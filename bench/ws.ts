import { setTimeout } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { Omni2 } from '../test/support/omni2.ts'
import { filledDataDir } from './filled-data-dir.ts'
import { usageOf } from './process-usage.ts'
import type { Measurement } from './report.ts'
import { quantile, rounded } from './statistics.ts'
import { serversUnder } from './watched-fleet.ts'

const READERS = 1_000
const STUCK = 100
const EVENTS = 200
const EVENT_GAP_MS = 50
const SERVERS = 100
const WRITERS = 5
/** A token may ask 600 times a minute, which counts connections too. */
const READERS_OF_A_TOKEN = 100
const DRAIN_MS = 10_000

/** How soon a change that is stored is with everyone who watches. */
export const ws: Measurement = {
  name: 'ws',
  what: '1,000 readers of the live feed, and 100 that never read',
  minutes: 3,
  async run() {
    await using owned = new AsyncDisposableStack()
    const servers = serversUnder('http://127.0.0.1:9', SERVERS, 60_000)
    await using omni2 = await Omni2.start({ dataDir: await filledDataDir(owned, { servers, enabled: false }) })
    const single = await told(omni2, 'each event by itself', { batching: false, stuck: 0 })
    const batched = await told(omni2, 'in batches', { batching: true, stuck: 0 })
    const beside = await told(omni2, `beside ${STUCK} that read nothing`, { batching: false, stuck: STUCK })
    return {
      tables: [
        {
          title: `${READERS} readers of /ws, ${1_000 / EVENT_GAP_MS} events a second of about 1 KiB`,
          columns: ['how', 'heard', 'p50 ms', 'p99 ms', 'last ms', 'CPU us a frame', 'MiB more'],
          rows: [single, batched, beside].map(({ what, heard, delays, microsPerFrame, moreMiB }) => [
            what,
            heard,
            rounded(quantile(delays, 0.5)),
            rounded(quantile(delays, 0.99)),
            rounded(quantile(delays, 1)),
            rounded(microsPerFrame),
            rounded(moreMiB),
          ]),
          notes: [
            'From the time in the event, which is before its commit, to the socket of a reader in another process.',
            'Batches are sent every 100 ms.',
          ],
        },
      ],
      goals: [
        {
          what: `an event to ${READERS} readers, p99`,
          unit: 'ms',
          most: 500,
          reached: quantile(single.delays, 0.99),
        },
        {
          what: `an event to ${READERS} readers beside ${STUCK} that read nothing, p99`,
          unit: 'ms',
          most: 500,
          reached: quantile(beside.delays, 0.99),
        },
        { what: `memory for ${READERS} readers`, unit: 'MiB', most: 64, reached: single.moreMiB },
      ],
    }
  },
}

type How = { readonly batching: boolean; readonly stuck: number }

async function told(omni2: Omni2, what: string, { batching, stuck }: How) {
  const idle = await usageOf(omni2.process.pid)
  const readers = await connected(omni2, READERS, batching)
  const deaf = await connected(omni2, stuck, false)
  try {
    for (const reader of deaf) reader.socket.pause()
    const before = await usageOf(omni2.process.pid)
    await change(omni2)
    const until = performance.now() + DRAIN_MS
    while (performance.now() < until && readers.some(({ delays }) => delays.length < EVENTS)) await setTimeout(100)
    const after = await usageOf(omni2.process.pid)
    const delays = readers.flatMap((reader) => reader.delays)
    return {
      what,
      delays,
      heard: `${delays.length} of ${EVENTS * READERS}`,
      microsPerFrame: ((after.cpuMs - before.cpuMs) * 1_000) / readers.reduce((sum, { frames }) => sum + frames, 0),
      moreMiB: after.rssMiB - idle.rssMiB,
    }
  } finally {
    for (const { socket } of [...readers, ...deaf]) socket.terminate()
    await setTimeout(500)
  }
}

async function connected(omni2: Omni2, count: number, batching: boolean): Promise<Reader[]> {
  const readers: Reader[] = []
  while (readers.length < count) {
    const token = await newToken(omni2, 'viewer')
    const length = Math.min(READERS_OF_A_TOKEN, count - readers.length)
    const more = Array.from({ length }, () => new Reader(omni2.url, token, batching))
    await Promise.all(more.map((reader) => reader.ready))
    readers.push(...more)
  }
  return readers
}

async function newToken(omni2: Omni2, role: 'viewer' | 'admin'): Promise<string> {
  return (await omni2.api.createToken({ body: { name: 'bench', role } })).token
}

/** One dashboard; it looks no closer at what it hears than it must. */
class Reader {
  readonly socket: WebSocket
  readonly ready: Promise<void>
  /** From each event to its arrival here. */
  readonly delays: number[] = []
  frames = 0

  constructor(url: string, token: string, batching: boolean) {
    const headers = { authorization: `Bearer ${token}` }
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers, perMessageDeflate: false })
    this.ready = new Promise((resolve, reject) => {
      this.socket.once('error', reject)
      this.socket.on('message', (data) => {
        const text = String(data)
        if (text.startsWith('{"type":"initial_status"') && batching) this.socket.send('{"action":"batch"}')
        else if (text.startsWith('{"type":')) resolve()
        else this.#hear(text)
      })
    })
  }

  #hear(text: string): void {
    const now = Date.now()
    this.frames++
    for (const [, time = ''] of text.matchAll(/"timestamp":"([^"]+)"/g)) this.delays.push(now - Date.parse(time))
  }
}

async function change(omni2: Omni2): Promise<void> {
  const writers = []
  for (let n = 0; n < WRITERS; n++) {
    writers.push(omni2.as(await newToken(omni2, 'admin')))
  }
  for (let n = 0; n < EVENTS; n++) {
    const params = { id: String((n % SERVERS) + 1) }
    const changed = writers[n % WRITERS]?.updateServer({ params, body: { description: `Change ${n}` } })
    await Promise.all([changed, setTimeout(EVENT_GAP_MS)])
  }
}
