import type { FastifyInstance } from 'fastify'
import { LiveQuery } from '../../api/live.ts'
import { AppError } from '../../core/errors.ts'
import type { LiveHub } from './live-hub.ts'

const BUSY_MS = 5_000

/** Opens `/ws` to who may read, before any byte of it is a frame. */
export function registerLive(app: FastifyInstance, hub: LiveHub, mostReaders: number): void {
  app.route({
    method: 'GET',
    url: '/ws',
    exposeHeadRoute: false,
    config: { access: 'viewer' },
    schema: { querystring: LiveQuery, hide: true },
    onRequest: async () => {
      if (hub.size >= mostReaders)
        throw new AppError('unavailable', 'Too many live connections', { retryAfterMs: BUSY_MS })
    },
    handler: () => {
      throw new AppError('bad_request', 'Connect with a WebSocket')
    },
    wsHandler: (socket, { principal, query }) => {
      if (!principal) throw new Error('/ws was reached by nobody')
      const { since_seq: sinceSeq, epoch, follow } = LiveQuery.parse(query)
      hub.add(socket, principal, { sinceSeq, epoch, follows: new Set(follow) })
    },
  })
}
