import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isForEyes } from './edge.ts'

/** The dashboard's own paths; all others belong to the API, the probes and the gateway. */
const PAGES = [
  '/',
  '/sign-in',
  '/mcps/*',
  '/add',
  '/import',
  '/events',
  '/settings',
  '/settings/*',
  '/calls',
  '/calls/:id',
  '/agents',
  '/collections',
  '/collections/:name',
]

const NOT_BUILT = `The dashboard is not built. In the folder of Omni2, run:

  npm run build:web

and load this page again. The API works without it: /api/docs
`

/**
 * Serves the dashboard from `folder`, where its build puts it: one page for every path of its own, and its assets, whose
 * names change with their content. Both are public: they know nothing until somebody signs in. Who opens a path that nobody
 * serves in a browser gets the page too, which says so.
 */
export async function serveDashboard(app: FastifyInstance, folder: string): Promise<void> {
  const shown = { config: { access: 'public' }, schema: { hide: true } } as const
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    // Which header a file gets is said where it is sent.
    cacheControl: false,
  })
  app.get('/assets/:file', shown, (request, reply) => {
    const { file } = request.params as { file: string } // as the path says
    reply.header('cache-control', 'public, max-age=31536000, immutable')
    return reply.sendFile(path.join('assets', path.basename(file)))
  })
  const sendPage = (reply: FastifyReply) => {
    reply.header('cache-control', 'no-cache')
    if (existsSync(path.join(folder, 'index.html'))) return reply.sendFile('index.html')
    return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
  }
  for (const url of PAGES) app.get(url, shown, (_request, reply) => sendPage(reply))
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404 && isForEyes(request)) return sendPage(reply.code(404))
  })
}
