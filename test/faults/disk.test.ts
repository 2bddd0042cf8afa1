import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/journey.ts'
import { measured } from '../support/measured.ts'
import { isMissing } from '../support/needs.ts'
import { Omni2 } from '../support/omni2.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'
import { SmallDisk } from '../support/small-disk.ts'

let upstream: RawServer
beforeAll(async () => {
  upstream = await rawServer()
})
afterAll(() => upstream?.close())

const given = test.skipIf(isMissing('root', 'tmpfs'))

given('a full disk refuses changes and takes them again once there is room', async (context) => {
  using disk = new SmallDisk(24)
  await using omni2 = await Omni2.start({ dataDir: disk.folder })
  const { id } = await omni2.api.createServer({ body: { name: 'watched', url: upstream.url, enabled: false } })
  const change = async () =>
    (
      await omni2.fetch(`/api/v1/mcp/servers/${id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ description: 'changed' }),
      })
    ).status
  disk.fill()
  expect(await change()).toBe(503)
  disk.free()
  await until(change, (status) => status === 200)
  measured(context, 'The disk is full', 'changes: 503')
})
