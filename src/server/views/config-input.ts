import type { CreateServerInput, DiscoverInput, UpdateServerInput } from '../../api/server-input.ts'
import { CONFIG_DEFAULTS } from '../../core/config/config-rules.ts'
import { isEnvReference } from '../../core/config/env-reference.ts'
import { authHeaders } from '../../core/config/header-auth.ts'
import { urlOrigin } from '../../core/config/public-url.ts'
import type { Secret } from '../../core/config/secret.ts'
import type { GatewayProcess, ServerConfig, Target } from '../../core/config/server.ts'
import type { NewServer } from '../../core/watch/registry.ts'
import { changedAuth } from './auth-input.ts'
import { invalid } from './invalid.ts'
import { changedTarget } from './target-input.ts'

/** @throws AppError 'invalid_input' for what does not fit together. */
export function newServer(input: CreateServerInput): NewServer {
  const target = changedTarget(undefined, input)
  return {
    config: {
      name: input.name,
      description: input.description,
      target,
      auth: changedAuth({ type: 'none' }, input, target.protocol),
      timeoutMs: input.timeout_seconds * 1_000,
      callTimeoutMs: input.call_timeout_seconds * 1_000,
      checkIntervalMs: input.check_interval_seconds * 1_000,
      breakerOverride: {},
      recordPayloads: input.record_payloads,
      gatewayProcess: gatewayProcessOf(target, input, CONFIG_DEFAULTS.gatewayProcess),
    },
    enabled: input.enabled,
  }
}

/**
 * `config` with what `input` says: absent keeps, null gives the default back. `target` and `auth` stay the same objects
 * when they are not changed. `enabled` is not part of a configuration.
 * @throws AppError 'invalid_input' for what does not fit together, and for kept credentials with a URL of another
 * origin: nobody can read a credential, so nobody may have it sent to a server of their own. (Environment values may be
 * kept with another command: who may run commands here can read everything anyway.)
 */
export function changedConfig(config: ServerConfig, input: UpdateServerInput): ServerConfig {
  const target = changedTarget(config.target, input)
  const changed = {
    ...config,
    name: input.name ?? config.name,
    description: input.description === undefined ? config.description : (input.description ?? ''),
    target,
    auth: changedAuth(config.auth, input, target.protocol),
    timeoutMs: msOf(input.timeout_seconds, config.timeoutMs, CONFIG_DEFAULTS.timeoutMs),
    callTimeoutMs: msOf(input.call_timeout_seconds, config.callTimeoutMs, CONFIG_DEFAULTS.callTimeoutMs),
    checkIntervalMs: msOf(input.check_interval_seconds, config.checkIntervalMs, CONFIG_DEFAULTS.checkIntervalMs),
    recordPayloads: input.record_payloads ?? config.recordPayloads,
    gatewayProcess: gatewayProcessOf(target, input, config.gatewayProcess),
  }
  if (config.target.protocol !== 'stdio') assertSecretsStay(config, changed)
  return changed
}

/**
 * What to try: `input` alone, or laid over a stored configuration. Stored secrets go nowhere but where they went before.
 * @throws AppError 'invalid_input' for what does not fit together, and for stored secrets that would go elsewhere.
 */
export function discoverConfig(input: DiscoverInput, stored: ServerConfig | undefined): ServerConfig {
  if (!stored) return changedConfig({ ...UNSAVED, target: changedTarget(undefined, input) }, input)
  const config = changedConfig(stored, input)
  assertSecretsStay(stored, config)
  return config
}

/** A reference to the environment holds no secret, and anyone who changes configurations may write one. */
function assertSecretsStay(before: ServerConfig, after: ServerConfig): void {
  if (goSamePlace(before.target, after.target)) return
  const kept = new Set(secretsOf(before).filter((secret) => !isEnvReference(secret.reveal())))
  if (!secretsOf(after).some((secret) => kept.has(secret))) return
  const [field, way] = after.target.protocol === 'stdio' ? ['env', 'null'] : ['auth_config', 'auth_type none']
  throw invalid(field, `Stored secrets are not sent to another place: give them again, or ${way} to go without`)
}

/** A server that is reached by a URL has no process, and forgets what was chosen when it had one. */
function gatewayProcessOf(
  { protocol }: Target,
  { gateway_process: asked }: Pick<UpdateServerInput, 'gateway_process'>,
  current: GatewayProcess,
): GatewayProcess {
  if (protocol === 'stdio') return asked ?? current
  if (asked !== undefined) throw invalid('gateway_process', `A ${protocol} server is reached by a url and has none`)
  return CONFIG_DEFAULTS.gatewayProcess
}

const UNSAVED: Omit<ServerConfig, 'target'> = {
  name: 'unsaved',
  description: '',
  auth: { type: 'none' },
  ...CONFIG_DEFAULTS,
  breakerOverride: {},
}

function goSamePlace(before: Target, after: Target): boolean {
  if (before.protocol === 'stdio') {
    return after.protocol === 'stdio' && JSON.stringify(commandLine(before)) === JSON.stringify(commandLine(after))
  }
  return after.protocol !== 'stdio' && urlOrigin(before.url.reveal()) === urlOrigin(after.url.reveal())
}

const commandLine = ({ command, args }: Extract<Target, { protocol: 'stdio' }>) => [command, ...args]

const secretsOf = ({ target, auth }: ServerConfig): readonly Secret[] => [
  ...(target.protocol === 'stdio' ? Object.values(target.env) : []),
  ...authHeaders(auth).map(({ secret }) => secret),
]

const msOf = (seconds: number | null | undefined, current: number, fallback: number): number =>
  seconds === undefined ? current : seconds === null ? fallback : seconds * 1_000
