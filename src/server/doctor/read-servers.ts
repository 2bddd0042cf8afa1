import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import type { Auth, ServerConfig, Target } from '../../core/config/server.ts'
import { type Environment, resolveReferences, UnresolvedReference } from '../../mcp/references.ts'
import { type TargetRules, targetProblem } from '../target-rules.ts'
import type { ServerFault } from './servers.ts'

type Here = { readonly rules: TargetRules; readonly env: Environment; readonly cwd: string }

/** What would keep each of these from being reached from here; nothing is started or connected to. */
export async function readServers(configs: readonly ServerConfig[], here: Here): Promise<readonly ServerFault[]> {
  const faults = await Promise.all(configs.map((config) => faultOf(config, here)))
  return faults.filter((fault) => fault !== undefined)
}

async function faultOf(config: ServerConfig, { rules, env, cwd }: Here): Promise<ServerFault | undefined> {
  const { name: server, target } = config
  const refused = targetProblem(config, rules)
  if (refused) {
    const nextAction = 'Change the setting that the message names, or disable the server.'
    return { server, message: refused.message, nextAction, ofSurroundings: false }
  }
  try {
    for (const text of textsOf(config)) resolveReferences(text, env)
    if (target.protocol !== 'stdio' || (await isCommand(target, env, cwd))) return undefined
  } catch (error) {
    if (!(error instanceof UnresolvedReference)) throw error
    return { server, message: error.message, nextAction: error.nextAction, ofSurroundings: true }
  }
  return {
    server,
    message: `there is no command "${target.command}" on the PATH`,
    nextAction: 'Install it, or give its full path; a service has a PATH of its own.',
    ofSurroundings: true,
  }
}

/** Found as the system finds it, in the environment that the server gets. */
async function isCommand(target: Extract<Target, { protocol: 'stdio' }>, env: Environment, cwd: string) {
  const { command } = target
  const own = target.env.PATH
  const folders = (own ? resolveReferences(own.reveal(), env) : (env.PATH ?? '')).split(path.delimiter)
  const candidates = command.includes('/') ? [command] : folders.map((folder) => path.join(folder, command))
  const found = candidates.map((file) => access(path.resolve(cwd, file), constants.X_OK))
  return await Promise.any(found).then(
    () => true,
    () => false,
  )
}

/** Everything in which references are resolved. */
const textsOf = ({ target, auth }: ServerConfig): readonly string[] => [
  ...(target.protocol === 'stdio'
    ? [...target.args, ...Object.values(target.env).map((secret) => secret.reveal())]
    : [target.url.reveal()]),
  ...credentialsOf(auth),
]

function credentialsOf(auth: Auth): readonly string[] {
  switch (auth.type) {
    case 'none':
      return []
    case 'bearer':
      return [auth.token.reveal()]
    case 'api_key':
      return [auth.apiKey.reveal()]
    case 'custom_headers':
      return Object.values(auth.headers).map((secret) => secret.reveal())
  }
}
