import type { Clock } from '../core/clock.ts'
import type { ServerConfig, Target } from '../core/config/server.ts'
import { type Channel, type ChannelListener, type Launch, type ProcessChannel, UpstreamFault } from './channel.ts'
import type { Deadlines } from './deadlines.ts'
import { faultOf } from './failures.ts'
import { type Credentials, credentialsOf, UnusableHeader } from './http/credentials.ts'
import type { Dialer } from './http/dialer.ts'
import { HttpChannel } from './http/http-channel.ts'
import { SseChannel } from './http/sse-channel.ts'
import type { Means } from './means.ts'
import { concealer, redactor } from './redaction.ts'
import { type Environment, hasReference, resolveReferences, UnresolvedReference } from './references.ts'

export type ChannelMaker = {
  readonly clock: Clock
  readonly dialer: Dialer
  readonly lookout: Deadlines
  readonly means: Means
  readonly env: Environment
  readonly openProcess: (launch: Launch, listener: ChannelListener) => ProcessChannel
}

export type MadeChannel = {
  readonly channel: Channel
  /** Removes the credentials and secret values of this server from a text. */
  readonly redact: (text: string) => string
  /** The same for lists and results; undefined when there is nothing to hide in them. */
  readonly conceal: ((text: string) => string) | undefined
}

/** How messages name a server: host and port, or the command. Resolved values and secrets never show. */
export function labelOf(target: Target): string {
  if (target.protocol === 'stdio') return `"${target.command}"`
  const url = target.url.reveal()
  if (hasReference(url)) return target.url.toString()
  return URL.parse(url)?.host || target.url.toString()
}

/**
 * The channel for `config`, with its references resolved; nothing is connected or started yet.
 * @throws UpstreamFault when the configuration cannot be used as it is.
 */
export function makeChannel(config: ServerConfig, maker: ChannelMaker, listener: ChannelListener): MadeChannel {
  const { target } = config
  const where = labelOf(target)
  if (target.protocol === 'stdio') {
    const launch = launchOf(target, where, maker.env)
    const values = Object.values(launch.env)
    return { channel: maker.openProcess(launch, listener), redact: redactor(values), conceal: concealer(values) }
  }
  const url = urlOf(target.url.reveal(), where, maker.env)
  const credentials = usableCredentials(config, url, where, maker.env)
  const redact = redactor(credentials.secrets)
  const { clock, dialer, lookout, means } = maker
  const deps = { clock, dialer, lookout, means, url, where, credentials, redact, listener }
  const channel = target.protocol === 'sse' ? new SseChannel(deps) : new HttpChannel(deps)
  return { channel, redact, conceal: concealer(credentials.secrets) }
}

function launchOf(target: Extract<Target, { protocol: 'stdio' }>, where: string, env: Environment): Launch {
  try {
    return {
      command: target.command,
      args: target.args.map((arg) => resolveReferences(arg, env)),
      env: Object.fromEntries(
        Object.entries(target.env).map(([name, value]) => [name, resolveReferences(value.reveal(), env)]),
      ),
    }
  } catch (error) {
    if (!(error instanceof UnresolvedReference)) throw error
    throw faultOf('spawn_failed', { stage: 'spawn', where, detail: error.message, nextAction: error.nextAction })
  }
}

function urlOf(text: string, where: string, env: Environment): URL {
  try {
    const url = URL.parse(resolveReferences(text, env))
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  } catch (error) {
    if (!(error instanceof UnresolvedReference)) throw error
    const { message: detail, nextAction } = error
    throw faultOf('address_not_allowed', { stage: 'connect', where, detail, nextAction })
  }
  throw faultOf('address_not_allowed', {
    stage: 'connect',
    where,
    detail: 'it is not an http or https URL',
    nextAction: 'Correct the URL.',
  })
}

function usableCredentials(config: ServerConfig, url: URL, where: string, env: Environment): Credentials {
  try {
    return credentialsOf(config.auth, url, env)
  } catch (error) {
    if (!(error instanceof UnresolvedReference) && !(error instanceof UnusableHeader)) throw error
    const nextAction = error instanceof UnresolvedReference ? error.nextAction : "Correct the server's credentials."
    const message = `The credentials for ${where} cannot be sent: ${error.message}`
    throw new UpstreamFault('auth', { code: 'auth_required', stage: 'auth', message, nextAction }, { cause: error })
  }
}
