import type { UpdateServerInput } from '../../api/server-input.ts'
import { Secret } from '../../core/config/secret.ts'
import type { Auth, Protocol } from '../../core/config/server.ts'
import { unreachable } from '../../core/errors.ts'
import { invalid } from './invalid.ts'

export type AuthInput = {
  readonly auth_type?: UpdateServerInput['auth_type']
  readonly auth_config?: UpdateServerInput['auth_config'] | null
}
type AuthConfig = NonNullable<AuthInput['auth_config']>

/**
 * The credentials after a change of `current`: parts not mentioned are kept while the type stays the same, and the very
 * same object comes back when nothing is mentioned.
 * @throws AppError 'invalid_input' for what is missing or does not fit together.
 */
export function changedAuth(current: Auth, input: AuthInput, protocol: Protocol): Auth {
  const config = input.auth_config ?? {}
  const unchanged = input.auth_type === undefined && Object.keys(config).length === 0
  if (protocol === 'stdio') {
    if (unchanged || (input.auth_type ?? 'none') === 'none') return current.type === 'none' ? current : { type: 'none' }
    throw invalid('auth_type', 'A stdio server takes its credentials through env')
  }
  if (unchanged) return current
  const type = input.auth_type === null ? 'none' : (input.auth_type ?? current.type)
  refuseStrangers(type, config)
  switch (type) {
    case 'none':
      return { type }
    case 'bearer':
      return { type, token: secret(config.token, current.type === type ? current.token : undefined, 'token') }
    case 'api_key': {
      const before = current.type === type ? current : undefined
      const headerName = config.header_name ?? before?.headerName
      if (headerName === undefined) throw invalid('auth_config.header_name', 'Needed for api_key')
      return { type, headerName, apiKey: secret(config.api_key, before?.apiKey, 'api_key') }
    }
    case 'custom_headers':
      return { type, headers: changedHeaders(current.type === type ? current.headers : {}, config.headers) }
    default:
      return unreachable(type)
  }
}

const FIELDS: Readonly<Record<Auth['type'], readonly string[]>> = {
  none: [],
  bearer: ['token'],
  api_key: ['header_name', 'api_key'],
  custom_headers: ['headers'],
}

function refuseStrangers(type: Auth['type'], config: AuthConfig): void {
  const stranger = Object.keys(config).find((key) => !FIELDS[type].includes(key))
  if (stranger === undefined) return
  if (type === 'none') throw invalid('auth_type', 'Say what auth_config is for: bearer, api_key or custom_headers')
  throw invalid(`auth_config.${stranger}`, `Does not belong to ${type}, which takes ${FIELDS[type].join(' and ')}`)
}

function secret(given: string | undefined, before: Secret | undefined, field: string): Secret {
  if (given !== undefined) return new Secret(given)
  if (before) return before
  throw invalid(`auth_config.${field}`, 'Needed for this auth_type')
}

/** Header by header, whatever the case of their names; null removes one. */
function changedHeaders(
  current: Readonly<Record<string, Secret>>,
  change: AuthConfig['headers'],
): Readonly<Record<string, Secret>> {
  const headers = new Map(Object.entries(current).map(([name, value]) => [name.toLowerCase(), { name, value }]))
  const mentioned = new Set<string>()
  for (const [name, value] of Object.entries(change ?? {})) {
    const key = name.toLowerCase()
    if (mentioned.has(key)) throw invalid(`auth_config.headers.${name}`, 'This header is there twice')
    mentioned.add(key)
    if (value === null) headers.delete(key)
    else headers.set(key, { name, value: new Secret(value) })
  }
  if (headers.size === 0) throw invalid('auth_config.headers', 'Give at least one header')
  return Object.fromEntries([...headers.values()].map(({ name, value }) => [name, value]))
}
