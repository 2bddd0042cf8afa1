import { isObject, METHOD_NOT_FOUND } from './json-rpc.ts'
import type { RelayedReply, RelayRequest } from './relay-request.ts'

/** Of the revision 2026-07-28; in 2025-11-25 a request asks for a task by its `task`. */
const EXTENSION = 'io.modelcontextprotocol/tasks'

/** Of a task, which whoever knows its id may look at: and a server may list them all. */
export const isOfTask = (method: string): boolean => method.startsWith('tasks/')

/**
 * As it goes out on a connection that all share: there the server takes all for one client, so nothing may become a task,
 * which another could read.
 */
export function withoutTasks(request: RelayRequest): RelayRequest {
  const { method, client, params } = request
  const { extensions } = client.capabilities
  const declares = isObject(extensions) && extensions[EXTENSION] !== undefined
  const asks = method === 'tools/call' && params.task !== undefined
  if (!declares && !asks) return request
  const { task, ...rest } = params
  const { [EXTENSION]: _, ...others } = isObject(extensions) ? extensions : {}
  return {
    ...request,
    params: asks ? rest : params,
    client: declares ? { ...client, capabilities: { ...client.capabilities, extensions: others } } : client,
  }
}

export const NO_TASKS: RelayedReply = {
  reply: { error: { code: METHOD_NOT_FOUND, message: 'Method not found: there are no tasks where clients share' } },
  identity: undefined,
}
