import type { Selectable } from 'kysely'
import { z } from 'zod'
import { timestamp } from '../core/clock.ts'
import type { Collection, CollectionServer } from '../core/gateway/collection.ts'
import { collectionId } from '../core/ids.ts'
import type { Tables } from './schema.ts'
import { maybe, readStored, StoredServerId, wholeMs } from './stored.ts'

/** Tools are a list of pairs: an object would not hold every name a tool may have. */
const StoredTools = z
  .array(z.tuple([z.string(), z.object({ on: z.boolean(), name: maybe(z.string()), description: maybe(z.string()) })]))
  .transform((tools) => new Map(tools))

const StoredBody = z.object({
  description: z.string(),
  servers: z.array(
    z.object({
      serverId: StoredServerId,
      serverName: z.string(),
      tools: StoredTools,
      otherTools: z.boolean(),
      prompts: z.boolean(),
      resources: z.boolean(),
    }) satisfies z.ZodType<CollectionServer>,
  ),
})

export function collectionRow({ id, revision, config, createdAt, updatedAt }: Collection): Tables['collection'] {
  const { name, description, servers } = config
  const body = { description, servers: servers.map((server) => ({ ...server, tools: [...server.tools] })) }
  return {
    id,
    name,
    body: JSON.stringify(body satisfies z.input<typeof StoredBody>),
    revision,
    created_at: wholeMs(createdAt),
    updated_at: wholeMs(updatedAt),
  }
}

export const readCollection = (row: Selectable<Tables['collection']>): Collection => ({
  id: collectionId(row.id),
  revision: row.revision,
  config: { name: row.name, ...readStored(StoredBody, row.body, `collection ${row.id}`) },
  createdAt: timestamp(row.created_at),
  updatedAt: timestamp(row.updated_at),
})
