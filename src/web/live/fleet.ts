import type { ServerView } from '../../api/server-view.ts'

/** Every server as it was last told of, whether pushed or answered. */
export type Fleet = {
  readonly servers: ReadonlyMap<number, ServerView>
  /** Deleted ones, whose ids are never given again: what is still on its way must not bring them back. */
  readonly gone: ReadonlySet<number>
}

export const EMPTY_FLEET: Fleet = { servers: new Map(), gone: new Set() }

/** Takes in views in whatever order they come: of each server the newest stays. */
export function withViews(fleet: Fleet, views: Iterable<ServerView>): Fleet {
  const servers = new Map(fleet.servers)
  for (const view of views) {
    if (!fleet.gone.has(view.id) && !isOlder(view, servers.get(view.id)))
      servers.set(view.id, withTraffic(view, servers.get(view.id)))
  }
  return { ...fleet, servers }
}

/** Takes in the state of all servers as of `version`: who is not in it and was not heard of since is no more. */
export function withState(fleet: Fleet, views: readonly ServerView[], version: number): Fleet {
  const told = new Set(views.map(({ id }) => id))
  const lost = [...fleet.servers.values()].filter((view) => !told.has(view.id) && view.version <= version)
  return lost.reduce((rest, { id }) => withoutServer(rest, id), withViews(fleet, views))
}

export function withoutServer({ servers, gone }: Fleet, id: number): Fleet {
  return { servers: new Map([...servers].filter(([other]) => other !== id)), gone: new Set([...gone, id]) }
}

/** Pushes tell of traffic; what requests answer does not. */
const withTraffic = (view: ServerView, known: ServerView | undefined): ServerView =>
  view.traffic === undefined && known?.traffic !== undefined ? { ...view, traffic: known.traffic } : view

const isOlder = (view: ServerView, known: ServerView | undefined): boolean =>
  known !== undefined && view.version < known.version
