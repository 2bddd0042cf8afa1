import type { Client } from '../api/client.ts'
import type { ServerView } from '../api/server-view.ts'
import { closestTo } from '../server/config/suggestion.ts'
import { CliError, EXIT } from './exit-code.ts'
import { oneLine } from './text/printable.ts'

type Filter = {
  readonly include?: string
  readonly status?: string
  readonly q?: string
  readonly enabled_only?: boolean
}

/** Every server the filter lets through, page by page. */
export async function allServers(client: Client, filter: Filter = {}): Promise<readonly ServerView[]> {
  const servers: ServerView[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await client.listServers({ query: { ...filter, limit: 1_000, ...(cursor ? { cursor } : {}) } })
    servers.push(...page.servers)
    if (page.next_cursor === null) return servers
    cursor = page.next_cursor
  }
}

/** The servers of these names or ids, in that order. @throws CliError for one that there is not. */
export async function findServers(client: Client, wanted: readonly string[]): Promise<readonly ServerView[]> {
  const single = wanted.length === 1 ? wanted[0] : undefined
  const near = single === undefined ? undefined : match(single, await allServers(client, { q: single.slice(0, 200) }))
  if (near) return [near]
  const servers = await allServers(client)
  return wanted.map((name) => match(name, servers) ?? unknownServer(name, servers))
}

/** The server of this name or id. @throws CliError when there is none. */
export async function findServer(client: Client, wanted: string): Promise<ServerView> {
  const [server] = await findServers(client, [wanted])
  return server ?? unknownServer(wanted, [])
}

/** A name may look like another server's id: names win. */
const match = (wanted: string, servers: readonly ServerView[]): ServerView | undefined =>
  servers.find(({ name }) => name === wanted) ??
  servers.find(({ id }) => String(id) === wanted) ??
  onlyOne(servers.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase()))

const onlyOne = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined)

function unknownServer(wanted: string, servers: readonly ServerView[]): never {
  const closest = closestTo(
    wanted,
    servers.map(({ name }) => name),
  )
  throw new CliError(EXIT.usage, `No server is called ${oneLine(wanted)}`, {
    hints: [closest === undefined ? 'See what there is with: omni2 list' : `Did you mean ${closest}?`],
  })
}
