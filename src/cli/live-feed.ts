import { setTimeout as sleep } from 'node:timers/promises'
import WebSocket from 'ws'
import { LiveMessage } from '../api/live.ts'
import { CliError, EXIT } from './exit-code.ts'
import { noAnswer } from './no-answer.ts'

type Options = {
  readonly url: string
  readonly token: string | undefined
  /** Replays what happened after it before going on live. */
  readonly sinceSeq?: number
  /** Of the history that it counts in. */
  readonly epoch?: string
  /** Each connection begins with the whole state instead of going on after the last event. */
  readonly wholeState?: boolean
  /** Hears this too. */
  readonly follow?: 'calls'
  /** Ends the feed; ending so is no failure. */
  readonly signal: AbortSignal
  readonly onMessage: (message: LiveMessage) => void
  /** Each time a connection stands, with how to say something on it. */
  readonly onOpen?: (send: (action: object) => void) => void
  /** A standing connection was lost and will be tried again. */
  readonly onLost?: () => void
}

const PAUSES_MS = [500, 1_000, 2_000, 5_000, 10_000]
/** A connection on which nothing was heard for this long is taken for dead; the server pings more often. */
const SILENCE_MS = 90_000
/** How long the server may take to say goodbye. */
const FAREWELL_MS = 500

/**
 * Hears everything the server tells, over as many connections as it takes; each goes on after the last `seq` heard, or
 * begins anew with the state once the server has another history. Ends with the signal.
 * @throws CliError when the first connection fails, or when the server refuses.
 */
export async function followLive(options: Options): Promise<void> {
  let { sinceSeq, epoch } = options
  const onMessage = (message: LiveMessage) => {
    if ('epoch' in message && message.epoch !== epoch) {
      epoch = message.epoch
      sinceSeq = undefined
    }
    if (!options.wholeState) sinceSeq = Math.max(sinceSeq ?? 0, newestSeq(message)) || sinceSeq
    options.onMessage(message)
  }
  for (let attempt = 0, stood = false; !options.signal.aborted; attempt++) {
    const from = sinceSeq === undefined ? {} : { sinceSeq, ...(epoch === undefined ? {} : { epoch }) }
    const ended = await connectOnce({ ...options, onMessage, ...from })
    if (options.signal.aborted) return
    if (ended.stood) attempt = 0
    if (ended.refusal) throw ended.refusal
    if (!ended.stood && !stood && ended.error) throw noAnswer(options.url, ended.error)
    stood ||= ended.stood
    if (ended.stood) options.onLost?.()
    await sleep(PAUSES_MS[attempt] ?? 10_000, undefined, { signal: options.signal }).catch(() => {})
  }
}

type Ended = {
  readonly stood: boolean
  readonly error: Error | undefined
  /** Trying again would not help. */
  readonly refusal: CliError | undefined
}

function connectOnce({ url, token, sinceSeq, epoch, follow, signal, onMessage, onOpen }: Options): Promise<Ended> {
  const search = new URLSearchParams()
  if (sinceSeq !== undefined) search.set('since_seq', String(sinceSeq))
  if (epoch !== undefined) search.set('epoch', epoch)
  if (follow) search.set('follow', follow)
  const query = search.size > 0 ? `?${search}` : ''
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws${query}`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    handshakeTimeout: 10_000,
  })
  const { promise, resolve } = Promise.withResolvers<Ended>()
  let stood = false
  let error: Error | undefined
  let refusal: CliError | undefined
  let silence: NodeJS.Timeout | undefined
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(() => socket.terminate(), SILENCE_MS)
  }
  const stop = () => {
    socket.close()
    clearTimeout(silence)
    silence = setTimeout(() => socket.terminate(), FAREWELL_MS)
  }
  signal.addEventListener('abort', stop, { once: true })
  socket.on('open', () => {
    stood = true
    heard()
    onOpen?.((action) => socket.send(JSON.stringify(action)))
  })
  socket.on('ping', heard)
  socket.on('message', (data) => {
    heard()
    const message = readMessage(String(data))
    if (message) onMessage(message)
  })
  socket.on('unexpected-response', (_request, response) => {
    refusal = refused(response.statusCode ?? 0)
    response.destroy()
    socket.terminate()
  })
  socket.on('error', (cause) => {
    error = cause
  })
  socket.on('close', (code) => {
    clearTimeout(silence)
    signal.removeEventListener('abort', stop)
    if (code === 1008) refusal = refused(403)
    resolve({ stood, error, refusal })
  })
  return promise
}

/** A newer server may say things this version does not know: they are passed over. */
function readMessage(text: string): LiveMessage | undefined {
  try {
    return LiveMessage.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // not JSON: not for us
  }
}

function newestSeq(message: LiveMessage): number {
  if ('batch' in message) return Math.max(0, ...message.batch.map(newestSeq))
  return 'seq' in message ? message.seq : 0
}

/** Undefined for what may pass by itself. */
function refused(status: number): CliError | undefined {
  if (status === 401) return new CliError(EXIT.failed, 'Not signed in', { hints: ['Sign in with: omni2 login'] })
  if (status === 403) return new CliError(EXIT.failed, 'Your token may not follow events')
  if (status >= 500 || status === 429) return undefined
  return new CliError(EXIT.unreachable, `The server does not offer live events (HTTP ${status})`)
}
