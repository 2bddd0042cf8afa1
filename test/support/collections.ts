import { timestamp } from '../../src/core/clock.ts'
import type { Collection, CollectionServer, ToolChoice } from '../../src/core/gateway/collection.ts'
import { collectionId, type ServerId } from '../../src/core/ids.ts'

/** A tool that is on and as its server describes it, but for what is said. */
export const choice = (over: Partial<ToolChoice>): ToolChoice => ({
  on: true,
  name: undefined,
  description: undefined,
  ...over,
})

/** Its servers are whole but for what is said. */
export const aCollection = (
  id: number,
  name: string,
  servers: readonly (Partial<CollectionServer> & { readonly serverId: ServerId })[],
): Collection => ({
  id: collectionId(id),
  revision: 1,
  config: {
    name,
    description: '',
    servers: servers.map((server) => ({
      serverName: `server-${server.serverId}`,
      tools: new Map(),
      otherTools: true,
      prompts: true,
      resources: true,
      ...server,
    })),
  },
  createdAt: timestamp(0),
  updatedAt: timestamp(0),
})
