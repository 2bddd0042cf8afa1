import type { JsonObject } from '../core/capabilities.ts'
import type { CheckResult } from '../core/check.ts'
import type { Clock } from '../core/clock.ts'
import type { ServerId } from '../core/ids.ts'
import type { CallResult, UpstreamSignal, Upstreams } from '../core/ports.ts'
import type { Server, ServerConfig } from '../core/server.ts'
import type { AddressPolicy } from './address-rules.ts'
import type { Channel, ChannelListener } from './channel.ts'

/** A command ready to run: references resolved, values revealed. */
export type Launch = {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** A channel to a child process, which also keeps the last of what the child wrote to stderr. */
export interface ProcessChannel extends Channel {
  stderr(): string | undefined
}

export type UpstreamsDeps = {
  readonly clock: Clock
  /** Where `${env:NAME}` is looked up when a connection is made. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly addresses: AddressPolicy
  /** PEM text of further authorities to trust. */
  readonly ca: string | undefined
  /** How we name ourselves to upstreams. */
  readonly clientInfo: { readonly name: string; readonly version: string }
  readonly onSignal: (signal: UpstreamSignal) => void
  /** Makes the channel to a child process; it is started by `open`. */
  readonly openProcess: (launch: Launch, listener: ChannelListener) => ProcessChannel
}

/** The connections to all upstreams. */
export class McpUpstreams implements Upstreams {
  readonly #deps: UpstreamsDeps

  constructor(deps: UpstreamsDeps) {
    this.#deps = deps
  }

  async check(_server: Server, _options: { readonly deep: boolean }, _signal: AbortSignal): Promise<CheckResult> {
    throw new Error(`not yet, ${this.#deps.clientInfo.name}`)
  }

  async probe(_config: ServerConfig, _signal: AbortSignal): Promise<CheckResult> {
    throw new Error('not yet')
  }

  async callTool(_server: Server, _tool: string, _args: JsonObject, _signal: AbortSignal): Promise<CallResult> {
    throw new Error('not yet')
  }

  async drop(_id: ServerId): Promise<void> {}

  stderr(_id: ServerId): string | undefined {
    return undefined
  }

  async close(): Promise<void> {}
}
