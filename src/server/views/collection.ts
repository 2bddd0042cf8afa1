import type {
  CollectionServerInput,
  CollectionServerView,
  CollectionView,
  CreateCollectionInput,
  UpdateCollectionInput,
} from '../../api/collections.ts'
import type { Collection, CollectionConfig, CollectionServer } from '../../core/gateway/collection.ts'
import { isToolOn } from '../../core/gateway/scope.ts'
import { serverId } from '../../core/ids.ts'
import type { Fleet } from '../../core/watch/fleet.ts'
import { etagOf } from './etag.ts'
import { invalid } from './invalid.ts'
import { iso } from './time.ts'

type Servers = Pick<Fleet, 'find'>

export function collectionView(collection: Collection, fleet: Servers): CollectionView {
  const { id, config, createdAt, updatedAt } = collection
  const servers = config.servers.map((server) => serverView(server, fleet))
  return {
    id,
    name: config.name,
    description: config.description,
    path: `/collections/${config.name}/mcp`,
    servers,
    tool_count: config.servers.reduce((count, server) => count + toolsOn(server, fleet), 0),
    missing: servers.flatMap(({ server_name, missing, tools }) =>
      missing ? [server_name] : tools.filter((tool) => tool.missing).map(({ tool }) => `${server_name}/${tool}`),
    ),
    created_at: iso(createdAt),
    updated_at: iso(updatedAt),
    etag: etagOf(collection),
  }
}

/** @throws AppError 'invalid_input' for a server that there is not. */
export const newCollection = ({ name, description, servers }: CreateCollectionInput, fleet: Servers) => ({
  name,
  description,
  servers: chosen(servers, [], fleet),
})

/** `config` with what `input` says. @throws AppError 'invalid_input' for a server that is neither there nor in it already. */
export const changedCollection = (
  config: CollectionConfig,
  { name, description, servers }: UpdateCollectionInput,
  fleet: Servers,
): CollectionConfig => ({
  name: name ?? config.name,
  description: description ?? config.description,
  servers: servers ? chosen(servers, config.servers, fleet) : config.servers,
})

function chosen(
  inputs: readonly CollectionServerInput[],
  before: readonly CollectionServer[],
  fleet: Servers,
): readonly CollectionServer[] {
  return inputs.map((input, index) => {
    const id = serverId(input.server_id)
    const serverName = nameOf(id, fleet) ?? before.find((server) => server.serverId === id)?.serverName
    if (serverName === undefined) throw invalid(`servers.${index}.server_id`, `No server ${id}`)
    const tools = input.tools.map(
      ({ tool, on, name, description }) =>
        [tool, { on, name: name ?? undefined, description: description ?? undefined }] as const,
    )
    const { other_tools: otherTools, prompts, resources } = input
    return { serverId: id, serverName, tools: new Map(tools), otherTools, prompts, resources }
  })
}

function serverView(server: CollectionServer, fleet: Servers): CollectionServerView {
  const known = toolsOf(server, fleet)
  return {
    server_id: server.serverId,
    server_name: nameOf(server.serverId, fleet) ?? server.serverName,
    missing: fleet.find(server.serverId) === undefined,
    tools: [...server.tools].map(([tool, { on, name, description }]) => ({
      tool,
      on,
      name: name ?? null,
      description: description ?? null,
      missing: known !== undefined && !known.includes(tool),
    })),
    other_tools: server.otherTools,
    prompts: server.prompts,
    resources: server.resources,
  }
}

const nameOf = (id: CollectionServer['serverId'], fleet: Servers) => fleet.find(id)?.server.config.name

/** Names as last seen; undefined while they are not known. */
const toolsOf = ({ serverId: id }: CollectionServer, fleet: Servers): readonly string[] | undefined =>
  fleet.find(id)?.capabilities?.value.tools.map(({ name }) => name)

const toolsOn = (server: CollectionServer, fleet: Servers): number =>
  toolsOf(server, fleet)?.filter((tool) => isToolOn(server, tool)).length ?? 0
