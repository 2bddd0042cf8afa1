import type { CollectionServerInput } from '../api/collections.ts'
import { CliError, EXIT } from './exit-code.ts'

/** What is asked for; servers by their names, tools as `server/tool`, where `server/*` means those not named. */
export type CollectionEdits = {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly on?: readonly string[]
  readonly off?: readonly string[]
  /** New names by tool; an empty one gives the usual back. */
  readonly call?: Readonly<Record<string, string>>
  /** Descriptions by tool; an empty one gives the server's back. */
  readonly describe?: Readonly<Record<string, string>>
}

/** A server by the name a person wrote. @throws when there is none. */
type IdOf = (server: string) => number

type Server = Required<CollectionServerInput>

/**
 * The servers with the edits made. A tool switched on of a server that is not among them brings that server along, with
 * nothing else on. @throws CliError for what names no tool.
 */
export function editedServers(servers: readonly Server[], edits: CollectionEdits, idOf: IdOf): readonly Server[] {
  const byId = new Map(servers.map((server) => [server.server_id, server]))
  for (const name of edits.add ?? []) {
    const id = idOf(name)
    if (!byId.has(id)) byId.set(id, { ...NOTHING, server_id: id, other_tools: true, prompts: true, resources: true })
  }
  const change = (target: string, choice: Partial<Server['tools'][number]>) => {
    const [name, tool] = parts(target)
    const id = idOf(name)
    const server = byId.get(id) ?? { ...NOTHING, server_id: id }
    byId.set(id, tool === '*' ? { ...server, other_tools: choice.on ?? false } : withTool(server, tool, choice))
  }
  for (const target of edits.on ?? []) change(target, { on: true })
  for (const target of edits.off ?? []) change(target, { on: false })
  for (const [target, name] of Object.entries(edits.call ?? {})) change(named(target), { name: name || null })
  for (const [target, text] of Object.entries(edits.describe ?? {}))
    change(named(target), { description: text || null })
  for (const name of edits.remove ?? []) byId.delete(idOf(name))
  return [...byId.values()]
}

const NOTHING = { tools: [], other_tools: false, prompts: false, resources: false }

function withTool(server: Server, tool: string, choice: Partial<Server['tools'][number]>): Server {
  const before = server.tools.find((one) => one.tool === tool)
  // A tool that is only renamed stays on or off as it was.
  const after = { tool, on: server.other_tools, name: null, description: null, ...before, ...choice }
  return { ...server, tools: [...server.tools.filter((one) => one !== before), after] }
}

/** Names of tools may hold a slash, those of servers do not. */
function parts(target: string): readonly [server: string, tool: string] {
  const cut = target.indexOf('/')
  if (cut > 0 && cut < target.length - 1) return [target.slice(0, cut), target.slice(cut + 1)]
  throw new CliError(EXIT.usage, `"${target}" names no tool`, { hints: ['Write it as server/tool.'] })
}

function named(target: string): string {
  if (!target.endsWith('/*')) return target
  throw new CliError(EXIT.usage, `"${target}" is not one tool`, { hints: ['Write it as server/tool.'] })
}
