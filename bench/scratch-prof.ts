import { Omni2 } from '../test/support/omni2.ts'
import { fixture } from './fixture.ts'
import { initialized, ToolCaller } from './tool-caller.ts'

await using upstream = await fixture()
const omni2 = await Omni2.start({
  env: { OMNI2_LOG_LEVEL: 'warn' },
  nodeArgs: ['--cpu-prof', '--cpu-prof-dir=/tmp/gate/prof'],
})
for (const name of ['legacy', 'modern']) {
  const { id } = await omni2.api.createServer({
    body: { name, protocol: 'http-streamable', url: `${upstream.url}/${name}` },
  })
  await omni2.api.triggerHealthCheck({ params: { id } })
}
const { token } = await omni2.api.createToken({ body: { name: 'bench', role: 'agent' } })
const session = await initialized({ url: omni2.url, path: '/mcp', token })
const target = { name: '', url: omni2.url, path: '/mcp', token, session, tool: 'legacy__look-up-0' }
let left = 40000
await Promise.all(
  Array.from({ length: 64 }, async () => {
    const c = new ToolCaller(target)
    while (left-- > 0) await c.call()
    await c.close()
  }),
)
await omni2.stop()
