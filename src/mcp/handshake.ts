import type { Json, JsonObject } from '../core/capabilities.ts'
import type { Era, Identity, ServerInfo, Stage } from '../core/check.ts'
import type { Clock } from '../core/clock.ts'
import { type Channel, type Reply, type RequestOptions, UpstreamFault } from './channel.ts'
import type { Conceal } from './conceal.ts'
import { faultOf } from './failures.ts'
import { isObject } from './json-rpc.ts'
import { printable } from './printable.ts'
import { type ClientSelf, MODERN_VERSION, modernMeta } from './relay-request.ts'

/** Newest first: the one we ask for. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const

/** What the handshake settled. */
export type Established = {
  readonly identity: Identity
  readonly declares: {
    readonly tools: boolean
    readonly prompts: boolean
    readonly resources: boolean
    /** To single resources. */
    readonly subscriptions: boolean
  }
  /** The lists it says it tells changes of. */
  readonly announces: readonly ListName[]
}

const LIST_NAMES = ['tools', 'prompts', 'resources'] as const
type ListName = (typeof LIST_NAMES)[number]

export type Greeter = {
  readonly channel: Channel
  /** Whom the server is greeted as. */
  readonly client: ClientSelf
  /** How messages name the server. */
  readonly where: string
  /** The eras its transport can speak, the one to try first in front. */
  readonly eras: readonly Era[]
  readonly clock: Clock
  /** Removes our own credentials from what the server says. */
  readonly redact: (text: string) => string
  /** The same for what it means to reach clients; absent when there is nothing to hide. */
  readonly conceal?: Conceal | undefined
  /**
   * How long `server/discover` may stay unanswered before the server counts as legacy: a child process may never answer
   * what it does not know, or die of it. Absent for HTTP, where a status says so.
   */
  readonly probeMs: number | undefined
}

/**
 * Finds the era of the server and greets it in that: `server/discover`, else `initialize`. What 401, 403, 5xx and
 * silence say has nothing to do with the era, so they end the search.
 * @throws UpstreamFault, also for a JSON-RPC error: who answers so is alive, and yet no client can use it.
 */
export async function greet(greeter: Greeter, options: RequestOptions): Promise<Established> {
  const [first, second] = greeter.eras
  if (second === undefined) return settled(await attempt(first ?? 'legacy', greeter, options), greeter, options)
  const firstTry = await attempt(first ?? 'modern', greeter, options)
  if ('identity' in firstTry) return firstTry
  const secondTry = await attempt(second, greeter, options)
  if ('identity' in secondTry) return secondTry
  // What the server says to `initialize` tells more than that it does not know `server/discover`.
  return settled(second === 'legacy' ? secondTry : firstTry, greeter, options)
}

/** What a `DiscoverResult` says, when it is one and offers our modern revision. */
export function readDiscovery(result: JsonObject, hiding: Hiding): Established | undefined {
  const { supportedVersions, capabilities } = result
  if (!isTexts(supportedVersions) || !supportedVersions.includes(MODERN_VERSION) || !isObject(capabilities)) {
    return undefined
  }
  const meta = isObject(result._meta) ? result._meta : {}
  const info = meta['io.modelcontextprotocol/serverInfo'] ?? result.serverInfo
  return {
    identity: { era: 'modern', protocolVersion: MODERN_VERSION, ...readSelf(info, result.instructions, hiding) },
    declares: readDeclared(capabilities),
    announces: readAnnounced(capabilities),
  }
}

type Hiding = Pick<Greeter, 'redact' | 'conceal'>

/** Not this era, as far as can be told: with the refusal that said so, and the fault to throw when nothing else works. */
type Rejected = { readonly rejected: Extract<Reply, { error: unknown }> | UpstreamFault }

function settled(tried: Established | Rejected, { where, redact }: Greeter, options: RequestOptions): Established {
  if ('identity' in tried) return tried
  if (tried.rejected instanceof UpstreamFault) throw tried.rejected
  const { code, message } = tried.rejected.error
  throw faultOf('invalid_response', {
    stage: stageOf(options),
    where,
    detail: `it refuses the handshake with error ${code} (${printable(redact(message))})`,
    nextAction: "Look into the server's own log: no client can open a session with it.",
  })
}

const attempt = (era: Era, greeter: Greeter, options: RequestOptions): Promise<Established | Rejected> =>
  era === 'modern' ? discover(greeter, options) : initialize(greeter, options)

async function discover(greeter: Greeter, options: RequestOptions, isAgain = false): Promise<Established | Rejected> {
  const { channel, client } = greeter
  channel.speak({ era: 'modern', protocolVersion: MODERN_VERSION })
  let reply: Reply
  try {
    reply = await withProbeDeadline(greeter, options, (signal) =>
      channel.request('server/discover', { _meta: modernMeta(client) }, { ...options, signal }),
    )
  } catch (error) {
    if (options.signal.aborted || !(error instanceof UpstreamFault) || !saysLegacy(error, greeter)) throw error
    if (!channel.alive) await channel.open({ ...options, again: true })
    return { rejected: error }
  }
  if ('result' in reply) {
    const found = readDiscovery(reply.result, greeter)
    return found ?? { rejected: mismatch(greeter, options, reply.result.supportedVersions) }
  }
  const { code, data } = reply.error
  if (code !== UNSUPPORTED_VERSION) return { rejected: reply }
  const offered = isObject(data) ? data.supported : undefined
  // One that names the revision it refused, as while it is being replaced, may take it now.
  if (!isAgain && isTexts(offered) && offered.includes(MODERN_VERSION)) return discover(greeter, options, true)
  return { rejected: mismatch(greeter, options, offered) }
}

async function initialize(greeter: Greeter, options: RequestOptions): Promise<Established | Rejected> {
  const { channel, client, where } = greeter
  const { info: clientInfo = {}, capabilities } = client
  const params = { protocolVersion: LEGACY_VERSIONS[0], capabilities, clientInfo }
  let reply: Reply
  try {
    reply = await channel.request('initialize', params, options)
  } catch (error) {
    if (error instanceof UpstreamFault && isClientError(error)) return { rejected: error }
    throw error
  }
  if ('error' in reply) {
    const { code, data } = reply.error
    const offered = isObject(data) ? data.supported : undefined
    return { rejected: code === UNSUPPORTED_VERSION ? mismatch(greeter, options, offered) : reply }
  }
  const { protocolVersion, capabilities: offers, serverInfo, instructions } = reply.result
  if (typeof protocolVersion !== 'string' || !isObject(offers)) {
    throw faultOf('invalid_response', {
      stage: stageOf(options),
      where,
      detail: 'its answer to initialize lacks what the protocol asks for',
    })
  }
  if (!LEGACY_VERSIONS.some((version) => version === protocolVersion)) {
    throw mismatch(greeter, options, [protocolVersion])
  }
  channel.speak({ era: 'legacy', protocolVersion })
  await channel.notify('notifications/initialized', {}, options)
  return {
    identity: { era: 'legacy', protocolVersion, ...readSelf(serverInfo, instructions, greeter) },
    declares: readDeclared(offers),
    announces: readAnnounced(offers),
  }
}

export const UNSUPPORTED_VERSION = -32_022

/** A 4xx without JSON-RPC is how a legacy HTTP server refuses what it does not know. */
const isClientError = ({ httpStatus, outcome }: UpstreamFault): boolean =>
  outcome === 'protocol' && httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500

const saysLegacy = (fault: UpstreamFault, { probeMs }: Greeter): boolean =>
  isClientError(fault) ||
  (probeMs !== undefined && (fault.failure.code === 'process_exited' || fault.failure.code === 'timeout'))

/** Gives `work` up after `probeMs`, where there is one, and with `options`. */
async function withProbeDeadline<T>(
  { clock, probeMs, where }: Greeter,
  options: RequestOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (probeMs === undefined) return work(options.signal)
  const probe = new AbortController()
  const onAbort = () => probe.abort(options.signal.reason)
  const silence = () =>
    probe.abort(faultOf('timeout', { stage: 'handshake', where, detail: `within ${probeMs / 1_000} s` }))
  const stop = clock.after(probeMs, silence)
  options.signal.addEventListener('abort', onAbort)
  try {
    return await work(probe.signal)
  } finally {
    stop()
    options.signal.removeEventListener('abort', onAbort)
  }
}

function mismatch({ where, redact }: Greeter, options: RequestOptions, offered: Json | undefined): UpstreamFault {
  const versions = isTexts(offered)
    ? printable(redact(offered.slice(0, 10).join(', ')), 100)
    : 'it does not say which it speaks'
  return faultOf('protocol_mismatch', { stage: stageOf(options), where, detail: versions })
}

const stageOf = ({ trace }: RequestOptions): Stage => trace?.stage ?? 'handshake'

const isTexts = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string')

function readServerInfo(value: Json | undefined, redact: Greeter['redact']): ServerInfo | undefined {
  if (!isObject(value) || typeof value.name !== 'string' || typeof value.version !== 'string') return undefined
  return { name: printable(redact(value.name)), version: printable(redact(value.version), 50) }
}

/** Of instructions: a model reads them before anything else, so that nobody honest writes more. */
const LONGEST_INSTRUCTIONS = 16 * 1024

/** What it says of itself whatever the era. */
function readSelf(
  info: Json | undefined,
  instructions: Json | undefined,
  { redact, conceal }: Hiding,
): Pick<Identity, 'serverInfo' | 'instructions'> {
  const serverInfo = readServerInfo(info, redact)
  if (typeof instructions !== 'string' || instructions === '') return { serverInfo }
  const shown = conceal?.(instructions) ?? instructions
  // The bytes are copied: a slice would keep the whole text in memory.
  return { serverInfo, instructions: Buffer.from(shown.slice(0, LONGEST_INSTRUCTIONS)).toString() }
}

const readDeclared = (capabilities: JsonObject): Established['declares'] => ({
  tools: isObject(capabilities.tools),
  prompts: isObject(capabilities.prompts),
  resources: isObject(capabilities.resources),
  subscriptions: isObject(capabilities.resources) && capabilities.resources.subscribe === true,
})

const readAnnounced = (capabilities: JsonObject): Established['announces'] =>
  LIST_NAMES.filter((name) => {
    const declared = capabilities[name]
    return isObject(declared) && declared.listChanged === true
  })
