import { z } from 'zod'
import { CONFIG_LIMITS, nameProblem } from '../core/config/config-rules.ts'
import { COLLECTION_LIMITS, toolNameProblem } from '../core/gateway/collection-rules.ts'
import { paging } from './query.ts'
import { ruledText } from './ruled-text.ts'
import { Count, Id, Time } from './wire.ts'

/** How a tool is offered; null: under the usual name, in the server's own words. */
const ToolChoiceView = z.object({
  /** As its server calls it. */
  tool: z.string(),
  on: z.boolean(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  /** Its server does not offer it any more. */
  missing: z.boolean(),
})

const CollectionServerView = z.object({
  server_id: Id,
  server_name: z.string(),
  /** The server was removed. */
  missing: z.boolean(),
  tools: z.array(ToolChoiceView),
  /** Whether tools that `tools` does not name are on, those that come later too. */
  other_tools: z.boolean(),
  prompts: z.boolean(),
  resources: z.boolean(),
})
export type CollectionServerView = z.infer<typeof CollectionServerView>

/** A chosen set of servers and tools; agents reach it at `path`. */
export const CollectionView = z
  .object({
    id: Id,
    name: z.string(),
    description: z.string(),
    /** Of the gateway's endpoint. */
    path: z.string(),
    servers: z.array(CollectionServerView),
    /** Tools that are on, of those known now. */
    tool_count: Count,
    /** What it names and is gone: servers, and tools as `server/tool`. The rest goes on working. */
    missing: z.array(z.string()),
    created_at: Time,
    updated_at: Time,
    etag: z.string(),
  })
  .meta({ id: 'Collection' })
export type CollectionView = z.infer<typeof CollectionView>

export const CollectionList = z.object({ collections: z.array(CollectionView), next_cursor: z.string().nullable() })
export type CollectionList = z.infer<typeof CollectionList>

const ToolChoiceInput = z.strictObject({
  tool: z.string().min(1).max(COLLECTION_LIMITS.tool),
  on: z.boolean().default(true),
  name: ruledText(COLLECTION_LIMITS.toolName, toolNameProblem).nullable().default(null),
  description: z.string().max(COLLECTION_LIMITS.toolDescription).nullable().default(null),
})

const CollectionServerInput = z.strictObject({
  server_id: Id,
  tools: z.array(ToolChoiceInput).max(COLLECTION_LIMITS.tools).default([]),
  other_tools: z.boolean().default(true),
  prompts: z.boolean().default(true),
  resources: z.boolean().default(true),
})
export type CollectionServerInput = z.infer<typeof CollectionServerInput>

const Servers = z
  .array(CollectionServerInput)
  .max(COLLECTION_LIMITS.servers)
  .check(({ value, issues }) => {
    for (const path of repeated(value)) issues.push({ code: 'custom', message: 'Is there twice', path, input: value })
  })

const fields = {
  name: ruledText(CONFIG_LIMITS.name, nameProblem),
  description: z.string().max(CONFIG_LIMITS.description),
  servers: Servers,
}

export const CreateCollectionInput = z.strictObject({
  name: fields.name,
  description: fields.description.default(''),
  servers: fields.servers.default([]),
})
export type CreateCollectionInput = z.infer<typeof CreateCollectionInput>

/** A change. A field left out is kept; `servers` is the whole list. */
export const UpdateCollectionInput = z.strictObject(fields).partial()
export type UpdateCollectionInput = z.infer<typeof UpdateCollectionInput>

export const CollectionQuery = z.strictObject(paging)

/** Where a server, a tool of one, or a name given to a tool stands for the second time. */
function repeated(servers: readonly CollectionServerInput[]): (string | number)[][] {
  const found: (string | number)[][] = []
  const ids = new Set<number>()
  const names = new Set<string>()
  for (const [at, { server_id, tools }] of servers.entries()) {
    if (ids.has(server_id)) found.push([at, 'server_id'])
    ids.add(server_id)
    const own = new Set<string>()
    for (const [index, { tool, name }] of tools.entries()) {
      if (own.has(tool)) found.push([at, 'tools', index, 'tool'])
      own.add(tool)
      if (name !== null && names.has(name)) found.push([at, 'tools', index, 'name'])
      if (name !== null) names.add(name)
    }
  }
  return found
}
