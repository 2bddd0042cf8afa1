import { ApiError } from '../../api/client.ts'
import type { ServerView } from '../../api/server-view.ts'
import { api, enableServer } from '../api/mcpApi.ts'
import { errorText } from '../ui/ErrorPlate.tsx'

/** How far it is. `failed` is told at the end, with why. */
export type BulkProgress = {
  readonly done: number
  readonly total: number
  readonly failed: readonly { readonly name: string; readonly why: string }[]
}

/** What is done to each server. `asks`: what happens that a person may not have meant. */
export const BULK_CHANGES = {
  enable: { label: 'Enable', doing: 'Enabling', past: 'Enabled', act: enableServer, asks: undefined },
  disable: {
    ...{ label: 'Disable', doing: 'Disabling', past: 'Disabled' },
    act: (id: number) => api.disableServer({ params: { id } }),
    asks: 'They are not checked any more, take no calls, and their open incidents end. They can be enabled again.',
  },
  delete: {
    ...{ label: 'Delete', doing: 'Deleting', past: 'Deleted' },
    act: (id: number) => api.deleteServer({ params: { id } }),
    asks: 'Their configuration, credentials and history are removed. This cannot be undone.',
  },
} as const
export type BulkKind = keyof typeof BULK_CHANGES

/** One after another; one that fails does not stop the others. */
export async function changeEach(
  kind: BulkKind,
  servers: readonly ServerView[],
  onProgress: (progress: BulkProgress) => void,
): Promise<BulkProgress> {
  let progress: BulkProgress = { done: 0, total: servers.length, failed: [] }
  onProgress(progress)
  for (const { id, name } of servers) {
    const why = await withinLimits(() => BULK_CHANGES[kind].act(id))
    const failed = why === undefined ? progress.failed : [...progress.failed, { name, why }]
    progress = { ...progress, done: progress.done + 1, failed }
    onProgress(progress)
  }
  return progress
}

const PAUSE_MS = 3_000
const MOST_TRIES = 25

/** Why it failed, if it did. Waits while Omni2 says that it was asked too often in this minute. */
async function withinLimits(act: () => Promise<unknown>): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      await act()
      return undefined
    } catch (error) {
      if (!isTooOften(error) || tries === MOST_TRIES) return errorText(error)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

const isTooOften = (error: unknown): boolean => error instanceof ApiError && error.problem.status === 429
