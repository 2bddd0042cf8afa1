import { Omni2, type Omni2Options } from '../test/support/omni2.ts'
import type { Target } from './tool-caller.ts'

type Setup = Omni2Options & {
  /** URLs by the names they are to have. */
  readonly servers?: Readonly<Record<string, string>>
}

/** An Omni2 for agents: with these servers, each seen healthy, and how an agent reaches it. */
export async function gatewayOmni2(
  owned: AsyncDisposableStack,
  { servers = {}, ...options }: Setup,
): Promise<{ readonly omni2: Omni2; readonly through: Omit<Target, 'name' | 'tool'> & { readonly pid: number } }> {
  const omni2 = owned.use(await Omni2.start({ ...options, env: { OMNI2_LOG_LEVEL: 'warn', ...options.env } }))
  for (const [name, url] of Object.entries(servers)) {
    const { id } = await omni2.api.createServer({ body: { name, protocol: 'http-streamable', url } })
    const { health_result } = await omni2.api.triggerHealthCheck({ params: { id } })
    if (!health_result.healthy) throw new Error(`${name} is not healthy`)
  }
  const { token } = await omni2.api.createToken({ body: { name: 'bench', role: 'agent' } })
  return { omni2, through: { url: omni2.url, path: '/mcp', token, pid: Number(omni2.process.pid) } }
}
