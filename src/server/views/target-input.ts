import type { UpdateServerInput } from '../../api/server-input.ts'
import { inferProtocol } from '../../core/config/infer-protocol.ts'
import { isMaskedUrl, urlSecret } from '../../core/config/public-url.ts'
import { Secret } from '../../core/config/secret.ts'
import type { Protocol, Target } from '../../core/config/server.ts'
import { invalid } from './invalid.ts'

export type TargetInput = Pick<UpdateServerInput, 'protocol' | 'url' | 'command' | 'args' | 'env'>
type HttpTarget = Extract<Target, { url: Secret }>
type StdioTarget = Extract<Target, { protocol: 'stdio' }>

/**
 * Where a server is reached after a change of `current`. What is not mentioned is kept, and the very same object comes
 * back when nothing is: the registry tells by that whether to connect anew.
 * @throws AppError 'invalid_input' for what does not fit together.
 */
export function changedTarget(current: Target | undefined, input: TargetInput): Target {
  const mentioned = [input.protocol, input.url, input.command, input.args, input.env].some((part) => part !== undefined)
  if (current && !mentioned) return current
  const protocol = protocolOf(current, input)
  return protocol === 'stdio' ? stdioTarget(current, input) : httpTarget(current, protocol, input)
}

function protocolOf(current: Target | undefined, { protocol, url, command }: TargetInput): Protocol {
  if (url !== undefined && command !== undefined) throw invalid('command', 'Give either url or command')
  if (protocol) return protocol
  if (url !== undefined) return current && current.protocol !== 'stdio' ? current.protocol : inferProtocol(url)
  if (command !== undefined) return 'stdio'
  if (current) return current.protocol
  throw invalid('url', 'Give a url or a command')
}

function httpTarget(current: Target | undefined, protocol: HttpTarget['protocol'], input: TargetInput): Target {
  for (const field of ['command', 'args', 'env'] as const) {
    if (input[field] != null) throw invalid(field, `A ${protocol} server is reached by a url and has none`)
  }
  const before = current && current.protocol !== 'stdio' ? current.url : undefined
  if (input.url === undefined) {
    if (!before) throw invalid('url', `A ${protocol} server needs a url`)
    return { protocol, url: before }
  }
  if (before && (input.url === before.toString() || input.url === before.reveal())) {
    return current?.protocol === protocol ? current : { protocol, url: before }
  }
  if (isMaskedUrl(input.url)) throw invalid('url', 'Parts of this URL are masked with ***: write them out')
  return { protocol, url: urlSecret(input.url) }
}

function stdioTarget(current: Target | undefined, input: TargetInput): Target {
  if (input.url !== undefined) throw invalid('url', 'A stdio server is started by a command and has no url')
  const before = current?.protocol === 'stdio' ? current : undefined
  const command = input.command ?? before?.command
  if (command === undefined) throw invalid('command', 'A stdio server needs a command')
  return {
    protocol: 'stdio',
    command,
    args: input.args === undefined ? (before?.args ?? []) : (input.args ?? []),
    env: changedEnv(before?.env ?? {}, input.env),
  }
}

/** Key by key; null removes one, null for the whole removes all. */
function changedEnv(current: StdioTarget['env'], change: TargetInput['env']): StdioTarget['env'] {
  if (change === undefined) return current
  if (change === null) return {}
  const env = new Map(Object.entries(current))
  for (const [name, value] of Object.entries(change)) {
    if (value === null) env.delete(name)
    else env.set(name, new Secret(value))
  }
  return Object.fromEntries(env)
}
