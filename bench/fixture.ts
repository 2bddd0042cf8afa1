import { createRequire } from 'node:module'
import { ChildServer, type Recipe } from '../test/support/child-server.ts'

const require = createRequire(import.meta.url)

/** The upstream of all measurements, in a process of its own; every path under its URL is a server. */
export const fixture = (options: Pick<Recipe, 'env' | 'through'> = {}): Promise<ChildServer> =>
  new ChildServer({
    ...options,
    name: 'fixture',
    path: '',
    args: () => [require.resolve('./fixture-server.ts')],
  }).start()
