import { createClient } from '../../api/client.ts'
import { rememberingFetch } from './own-requests.ts'

/** Every route of the API by its name; the session's cookie says who asks. */
export const api = createClient({ baseUrl: '', fetch: rememberingFetch })

/** Checks a server now and waits for the result. A server that is down is an answer, not an error. */
export const triggerHealthCheck = (serverId: number) => api.triggerHealthCheck({ params: { id: serverId } })

/** Drops the connection, connects again and rediscovers. */
export const reloadServer = (serverId: number) => api.reloadServer({ params: { id: serverId } })

export const getServer = (serverId: number) => api.getServer({ params: { id: serverId } })

export const enableServer = (serverId: number) => api.enableServer({ params: { id: serverId } })

/** Closes the circuit now; the check that follows is not waited for. */
export const resetBreaker = (serverId: number) => api.resetBreaker({ params: { id: serverId } })
