import type { Timestamp } from '../clock.ts'
import type { BreakerConfig } from '../health/breaker-config.ts'
import type { ServerId } from '../ids.ts'
import type { Secret } from './secret.ts'

export const PROTOCOLS = ['http-streamable', 'sse', 'stdio'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** Of a stdio server: whether agents share one process, or each session of the legacy era has its own. */
export const GATEWAY_PROCESSES = ['shared', 'per_session'] as const
export type GatewayProcess = (typeof GATEWAY_PROCESSES)[number]

/**
 * How a server is reached. Text in `url`, `args` and `env` may hold references `${env:NAME}`, which are resolved when
 * a connection is made and never before.
 */
export type Target =
  /** `url` prints without userinfo and without secret query values. */
  | { readonly protocol: 'http-streamable' | 'sse'; readonly url: Secret }
  | {
      readonly protocol: 'stdio'
      readonly command: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, Secret>>
    }

export type Auth =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly token: Secret }
  | { readonly type: 'api_key'; readonly headerName: string; readonly apiKey: Secret }
  | { readonly type: 'custom_headers'; readonly headers: Readonly<Record<string, Secret>> }

/** What a person configured; changing any of it makes a new revision. */
export type ServerConfig = {
  readonly name: string
  readonly description: string
  readonly target: Target
  readonly auth: Auth
  /** Of one check, 1 s to 300 s. */
  readonly timeoutMs: number
  /** Of one tool call, 1 s to 1 h. */
  readonly callTimeoutMs: number
  /** 5 s to 1 d. */
  readonly checkIntervalMs: number
  readonly breakerOverride: Partial<BreakerConfig>
  /** Whether arguments and results of agents' calls are kept. */
  readonly recordPayloads: boolean
  /** 'shared' where there is no process. */
  readonly gatewayProcess: GatewayProcess
}

/** A registered server. `revision` starts at 1 and goes up with each change of `config`. */
export type Server = {
  readonly id: ServerId
  readonly revision: number
  readonly config: ServerConfig
  readonly createdAt: Timestamp
  readonly updatedAt: Timestamp
}
