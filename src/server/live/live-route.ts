import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { LiveHub } from './live-hub.ts'

/** A token has no place in a URL, so that anything else here is refused. */
const LiveQuery = z.strictObject({ since_seq: z.coerce.number<string>().int().min(0).optional() })

/** Opens `/ws` to who may read, before any byte of it is a frame. */
export function registerLive(app: FastifyInstance, hub: LiveHub): void {
  app.route({
    method: 'GET',
    url: '/ws',
    exposeHeadRoute: false,
    config: { access: 'viewer' },
    schema: { querystring: LiveQuery, hide: true },
    handler: () => {
      throw new AppError('bad_request', 'Connect with a WebSocket')
    },
    wsHandler: (socket, { principal, query }) => {
      if (!principal) throw new Error('/ws was reached by nobody')
      hub.add(socket, principal, LiveQuery.parse(query).since_seq)
    },
  })
}
