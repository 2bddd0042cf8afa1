import { legacyBridge, modernBridge } from './bridge-clients.ts'
import { legacyClient, modernClient } from './gateway-clients.ts'

type Place = { readonly url: string; readonly token: string }
type Result = { readonly isError?: boolean | undefined; readonly _meta?: Record<string, unknown> | undefined }

export type Agent = {
  readonly name: string
  /** Calls a tool, and tells whether it was done or refused in words that a program can read too. @throws for all else. */
  readonly call: (tool: string, args?: Record<string, unknown>) => Promise<'done' | 'refused'>
  readonly tools: () => Promise<readonly string[]>
}

type Connected = {
  readonly client: {
    callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<Result>
    listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>
  }
} & AsyncDisposable

const WAYS: Readonly<Record<string, (place: Place) => Promise<Connected>>> = {
  'SDK 1.x': (place) => legacyClient({ ...place, path: '/mcp' }),
  'SDK 2.x': (place) => modernClient({ ...place, path: '/mcp' }),
  'SDK 1.x behind omni2 connect': (place) => legacyBridge(place),
  'SDK 2.x behind omni2 connect': (place) => modernBridge(place),
}

/** Agents of both eras, over HTTP and as clients that only start processes. `owned` ends them. */
export const connectAgents = (place: Place, owned: AsyncDisposableStack): Promise<readonly Agent[]> =>
  Promise.all(
    Object.entries(WAYS).map(async ([name, connect]) => {
      const { client } = owned.use(await connect(place))
      const call = async (tool: string, args: Record<string, unknown> = {}) => {
        const result = await client.callTool({ name: tool, arguments: args })
        if (result.isError !== true) return 'done'
        if (result._meta?.['omni2/refusal'] === undefined) throw new Error(`${tool} failed: ${JSON.stringify(result)}`)
        return 'refused'
      }
      return { name, call, tools: async () => (await client.listTools()).tools.map((tool) => tool.name) }
    }),
  )
