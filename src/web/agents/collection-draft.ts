import type { CollectionServerView, CollectionView, CreateCollectionInput } from '../../api/collections.ts'

/** One tool as it is edited; empty text: as usual. */
export type DraftTool = {
  readonly tool: string
  readonly on: boolean
  readonly name: string
  readonly description: string
}

export type DraftServer = Pick<
  CollectionServerView,
  'server_id' | 'server_name' | 'missing' | 'other_tools' | 'prompts' | 'resources'
> & { readonly tools: readonly DraftTool[] }

export type CollectionDraft = {
  readonly name: string
  readonly description: string
  readonly servers: readonly DraftServer[]
}

export const EMPTY_DRAFT: CollectionDraft = { name: '', description: '', servers: [] }

export const draftOf = ({ name, description, servers }: CollectionView): CollectionDraft => ({
  name,
  description,
  servers: servers.map(({ tools, ...server }) => ({
    ...server,
    tools: tools.map(({ tool, on, name, description }) => ({
      ...{ tool, on },
      name: name ?? '',
      description: description ?? '',
    })),
  })),
})

export const inputOf = ({ name, description, servers }: CollectionDraft): CreateCollectionInput => ({
  name,
  description,
  servers: servers.map(({ server_id, other_tools, prompts, resources, tools }) => ({
    ...{ server_id, other_tools, prompts, resources },
    tools: tools.map(({ tool, on, name, description }) => ({
      ...{ tool, on },
      name: name || null,
      description: description || null,
    })),
  })),
})

export const withServer = (draft: CollectionDraft, id: number, name: string): CollectionDraft => ({
  ...draft,
  servers: [
    ...draft.servers,
    {
      ...{ server_id: id, server_name: name, missing: false, tools: [] },
      ...{ other_tools: true, prompts: true, resources: true },
    },
  ],
})

export const withoutServer = (draft: CollectionDraft, id: number): CollectionDraft => ({
  ...draft,
  servers: draft.servers.filter(({ server_id }) => server_id !== id),
})

export const changedServer = (draft: CollectionDraft, id: number, change: Partial<DraftServer>): CollectionDraft => ({
  ...draft,
  servers: draft.servers.map((server) => (server.server_id === id ? { ...server, ...change } : server)),
})

/** How a tool is offered, said for it or as all others are. */
export const toolOf = ({ tools, other_tools }: DraftServer, tool: string): DraftTool =>
  tools.find((one) => one.tool === tool) ?? { tool, on: other_tools, name: '', description: '' }

export const changedTool = (server: DraftServer, tool: string, change: Partial<DraftTool>): DraftServer => ({
  ...server,
  tools: [...server.tools.filter((one) => one.tool !== tool), { ...toolOf(server, tool), ...change }],
})

/** The names of the tools to show: those the server has, then those that were chosen and are gone. */
export const toolNames = ({ tools }: DraftServer, offered: readonly string[]): readonly string[] => [
  ...offered,
  ...tools.map(({ tool }) => tool).filter((tool) => !offered.includes(tool)),
]
