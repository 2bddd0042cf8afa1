import type { z } from 'zod'
import type { UpdateServerInput } from '../../api/server-input.ts'
import type { ServerView } from '../../api/server-view.ts'

/** A name and a value that never comes back once stored: an empty one is `isKept` as it is. */
export type Entry = { readonly key: string; readonly value: string; readonly isKept: boolean }

/** A server as a form holds it. Secrets are empty unless somebody types new ones. */
export type Draft = {
  name: string
  description: string
  protocol: ServerView['protocol']
  url: string
  command: string
  /** One to a line. */
  args: string
  env: readonly Entry[]
  auth_type: ServerView['auth_type']
  token: string
  header_name: string
  api_key: string
  headers: readonly Entry[]
  timeout_seconds: number | string
  call_timeout_seconds: number | string
  check_interval_seconds: number | string
  record_payloads: boolean
  gateway_process: NonNullable<ServerView['gateway_process']>
  enabled: boolean
}

const EMPTY: Draft = {
  name: '',
  description: '',
  protocol: 'http-streamable',
  url: '',
  command: '',
  args: '',
  env: [],
  auth_type: 'none',
  token: '',
  header_name: '',
  api_key: '',
  headers: [],
  timeout_seconds: 10,
  call_timeout_seconds: 60,
  check_interval_seconds: 60,
  record_payloads: false,
  gateway_process: 'shared',
  enabled: true,
}

/** What a form begins with. */
export function draftOf(server: ServerView | undefined): Draft {
  if (!server) return EMPTY
  const { name, description, protocol, url, command, args, auth_type, auth_header_names, enabled } = server
  const { timeout_seconds, call_timeout_seconds, check_interval_seconds, record_payloads } = server
  return {
    ...EMPTY,
    ...{
      name,
      description,
      protocol,
      auth_type,
      enabled,
      timeout_seconds,
      call_timeout_seconds,
      check_interval_seconds,
      record_payloads,
    },
    url: url ?? '',
    command: command ?? '',
    args: args.join('\n'),
    gateway_process: server.gateway_process ?? EMPTY.gateway_process,
    env: server.env_keys.map(kept),
    header_name: auth_type === 'api_key' ? (auth_header_names[0] ?? '') : '',
    headers: auth_type === 'custom_headers' ? auth_header_names.map(kept) : [],
  }
}

const kept = (key: string): Entry => ({ key, value: '', isKept: true })

/** What is sent to register a server. */
export const createInput = (draft: Draft) => ({ name: draft.name, enabled: draft.enabled, ...configInput(draft) })

/** What is sent to try one. The times go as they were typed: what is no number is refused with its field. */
export function configInput(draft: Draft) {
  const { description, protocol, url, command, auth_type, record_payloads, gateway_process } = draft
  const common = { description, protocol, record_payloads, ...times(draft) }
  if (protocol === 'stdio')
    return { ...common, command, args: lines(draft.args), env: given(draft.env), gateway_process }
  return { ...common, url, ...(auth_type === 'none' ? {} : { auth_type, auth_config: authConfig(draft) }) }
}

/** What of a server is to be changed; nothing else is sent, so that what somebody else changed stays. */
export function updateInput(draft: Draft, server: ServerView): z.input<typeof UpdateServerInput> {
  const before = draftOf(server)
  const changed = <K extends keyof Draft>(...keys: K[]) =>
    Object.fromEntries(keys.filter((key) => draft[key] !== before[key]).map((key) => [key, draft[key]]))
  const time = Object.entries(times(draft)).filter(([key, value]) => times(before)[key as keyof Times] !== value) // its own keys
  const common = {
    ...changed('name', 'description', 'protocol', 'enabled', 'record_payloads'),
    ...Object.fromEntries(time),
  }
  if (draft.protocol === 'stdio') {
    const env = changedEntries(draft.env, before.env)
    return {
      ...common,
      ...changed('command', 'gateway_process'),
      ...(draft.args === before.args ? {} : { args: lines(draft.args) }),
      ...(env && { env }),
    }
  }
  return { ...common, ...changed('url'), ...changedCredentials(draft, before) }
}

function changedCredentials(draft: Draft, before: Draft): z.input<typeof UpdateServerInput> {
  const { auth_type } = draft
  if (auth_type === 'none') return before.auth_type === 'none' ? {} : { auth_type: null }
  if (auth_type !== before.auth_type) return { auth_type, auth_config: authConfig(draft) }
  const headers = auth_type === 'custom_headers' ? changedEntries(draft.headers, before.headers) : undefined
  const config = {
    ...(auth_type === 'bearer' && draft.token ? { token: draft.token } : {}),
    ...(auth_type === 'api_key' && draft.api_key ? { api_key: draft.api_key } : {}),
    ...(auth_type === 'api_key' && draft.header_name !== before.header_name ? { header_name: draft.header_name } : {}),
    ...(headers && { headers }),
  }
  return Object.keys(config).length > 0 ? { auth_config: config } : {}
}

function authConfig({ auth_type, token, header_name, api_key, headers }: Draft) {
  if (auth_type === 'bearer') return { token }
  return auth_type === 'api_key' ? { header_name, api_key } : { headers: given(headers) }
}

const given = (entries: readonly Entry[]): Record<string, string> =>
  Object.fromEntries(entries.filter(({ key }) => key !== '').map(({ key, value }) => [key, value]))

/** New values by key, null for those that went; undefined when all stay. */
function changedEntries(
  entries: readonly Entry[],
  before: readonly Entry[],
): Record<string, string | null> | undefined {
  const left = new Set(entries.map(({ key }) => key))
  const changes = [
    ...before.filter(({ key }) => !left.has(key)).map(({ key }) => [key, null] as const),
    ...entries
      .filter(({ key, value, isKept }) => key !== '' && !(isKept && value === ''))
      .map((entry) => [entry.key, entry.value] as const),
  ]
  return changes.length > 0 ? Object.fromEntries(changes) : undefined
}

type Times = ReturnType<typeof times>

const times = ({ timeout_seconds, call_timeout_seconds, check_interval_seconds }: Draft) => ({
  timeout_seconds: Number(timeout_seconds),
  call_timeout_seconds: Number(call_timeout_seconds),
  check_interval_seconds: Number(check_interval_seconds),
})

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')
