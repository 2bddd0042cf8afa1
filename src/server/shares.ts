import { readFile } from 'node:fs/promises'
import { getHeapStatistics } from 'node:v8'

/** How much of what this process may use each side gets at most, so that none takes what the others need to go on. */
export type Shares = {
  /** Files of connections to servers and of the pipes to their processes. */
  readonly upstreamFiles: number
  /** What one token may have: connections of its sessions' own, each with a stream that stands, and streams to clients. */
  readonly ofToken: { readonly connections: number; readonly streams: number }
  /** Connections of people and programs. */
  readonly clients: number
  /** Checks at once: each takes two files at most. */
  readonly checks: number
  /** Bytes of answers on their way. */
  readonly answerBytes: number
  /** Bytes of what clients sent, until it is answered. */
  readonly bodyBytes: number
}

/** The database, the log, threads, files of the dashboard, and connections that are told to come back later. */
const OWN_FILES = 64
/** Text that was read becomes several times as much, and old text waits for the collector. */
const OF_HEAP = 1 / 8
const BODIES_OF_HEAP = 1 / 16
/** One of the largest is always read. */
const LEAST_BODY_BYTES = 16 * 1024 * 1024

/** Half of the streams that stand at servers (StreamPlaces), and one for each session of a token (SessionBook). */
const MOST_OF_TOKEN = { connections: 1_000, streams: 2_000 }

const ANY_NUMBER = {
  upstreamFiles: Number.POSITIVE_INFINITY,
  ofToken: MOST_OF_TOKEN,
  clients: Number.POSITIVE_INFINITY,
  checks: Number.POSITIVE_INFINITY,
}

/** `files`: how many may be open, undefined for any number; `heapBytes`: how large the heap may become. */
export function sharesOf(files: number | undefined, heapBytes: number): Shares {
  const bodyBytes = Math.max(LEAST_BODY_BYTES, heapBytes * BODIES_OF_HEAP)
  const bytes = { answerBytes: heapBytes * OF_HEAP, bodyBytes }
  if (files === undefined) return { ...ANY_NUMBER, ...bytes }
  const half = Math.max(16, Math.floor((files - OWN_FILES) / 2))
  const ofToken = {
    connections: Math.min(MOST_OF_TOKEN.connections, Math.floor(half / 8)),
    streams: Math.min(MOST_OF_TOKEN.streams, Math.floor(half / 2)),
  }
  return { upstreamFiles: half, ofToken, clients: half, checks: Math.floor(half / 2), ...bytes }
}

export const ownShares = async (): Promise<Shares> =>
  sharesOf(await openFilesLimit(), getHeapStatistics().heap_size_limit)

/** How many files this process may have open; undefined when it may any number, or where that cannot be told (Linux tells). */
export async function openFilesLimit(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? undefined : Number(soft)
}
