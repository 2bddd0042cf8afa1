import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveMessage } from '../../src/api/live.ts'
import type { ServerView } from '../../src/api/server-view.ts'
import { registerHealthy, until } from '../support/journey.ts'
import { LiveClient } from '../support/live-client.ts'
import { Omni2InFakeTime } from '../support/omni2-in-fake-time.ts'
import { rawServer } from '../support/raw-server.ts'

/** All whole views that a message brings. */
function viewsIn(message: LiveMessage): readonly ServerView[] {
  if ('servers' in message) return message.servers
  if (!('event_type' in message) || !('server' in message.event_data)) return []
  return [message.event_data.server]
}

/** As a dashboard keeps them: of two views of a server the one with the greater version. */
const keep = (views: readonly ServerView[]) =>
  views.reduce((known, view) => {
    const before = known.get(view.id)
    return before && before.version > view.version ? known : known.set(view.id, view)
  }, new Map<number, ServerView>())

test('answers and pushes may come in any order: the greater version is newer, and equal ones say the same', async () => {
  await using omni2 = await Omni2InFakeTime.start()
  await using upstream = await rawServer()
  const { api } = omni2
  const live = new LiveClient(`${omni2.url.replace('http', 'ws')}/ws?follow=servers`, {
    authorization: `Bearer ${omni2.adminToken}`,
  })
  await live.opened
  const { id } = await registerHealthy(omni2, 'moving', { url: upstream.url })
  const other = await registerHealthy(omni2, 'steady', { url: upstream.url })
  const params = { id }
  const answers: ServerView[] = []
  const take = async (...asked: Promise<ServerView>[]) => answers.push(...(await Promise.all(asked)))
  const lists: { readonly version: number; readonly ids: readonly number[] }[] = []
  const list = async () => {
    const { servers, version } = await api.listServers()
    answers.push(...servers)
    lists.push({ version, ids: servers.map((server) => server.id) })
  }

  await omni2.clock.advance(1_000)
  const checked = await api.triggerHealthCheck({ params })
  await take(api.getServer({ params }), api.updateServer({ params, body: { description: 'changed' } }))
  upstream.answer = ({ response }) => void response.writeHead(500).end()
  for (let checks = 0; checks < 6; checks++) {
    await take(omni2.nextCheck(id), api.getServer({ params: { id: other.id } }))
    await list()
  }
  const created = await api.createServer({ body: { name: 'late', url: upstream.url, enabled: false } })
  await take(api.disableServer({ params }), api.enableServer({ params }), Promise.resolve(created))
  upstream.answer = ({ honest }) => honest()
  await take(omni2.nextCheck(id))
  await api.resetBreaker({ params })
  await omni2.nextCheck(id)
  await omni2.settled(id)
  await omni2.settled(other.id)
  await list()

  const now = keep((await api.listServers()).servers)
  // What traffic saw has no version.
  const pushed = () => live.heard.flatMap(viewsIn).map(({ traffic: _, ...view }): ServerView => view)
  await until(
    async () => {
      await omni2.clock.advance(100)
      return keep(pushed()).get(id)
    },
    (view) => view?.version === now.get(id)?.version,
  )
  const all = [...answers, ...pushed()]
  expect(new Set(all.map((view) => view.health_status))).toEqual(
    new Set(['unknown', 'healthy', 'unhealthy', 'circuit_open', 'disabled']),
  )
  const byVersion = new Map<string, ServerView>()
  for (const view of all) {
    const same = byVersion.get(`${view.id} ${view.version}`) ?? view
    expect(view).toEqual(same)
    byVersion.set(`${view.id} ${view.version}`, view)
  }
  const shuffled = fc.shuffledSubarray(all, { minLength: all.length })
  fc.assert(
    fc.property(shuffled, (views) => {
      expect(keep(views)).toEqual(now)
    }),
  )

  expect(answers.find(({ version }) => version >= checked.version)?.last_health_check).toBe(checked.last_health_check)
  for (const { version, ids } of lists) expect(ids.includes(created.id)).toBe(created.version <= version)
  const moves = live.heard.flatMap((message) =>
    'event_type' in message && message.event_type === 'mcp_status_change' ? [message.event_data] : [],
  )
  for (const { server_id, version, new_status } of moves) {
    const view = byVersion.get(`${server_id} ${version}`)
    if (view) expect(view.health_status).toBe(new_status)
  }
  live.socket.terminate()
})

test('versions grow over a restart, also when the clock was set back', async () => {
  const first = await Omni2InFakeTime.start()
  const before = await first.api.createServer({ body: { name: 'kept', url: 'http://127.0.0.1:1/', enabled: false } })
  await first.stop()
  first.clock.jumpWall(-86_400_000)
  await using again = await Omni2InFakeTime.start(first)
  const after = await again.api.getServer({ params: { id: before.id } })
  expect(after.version).toBeGreaterThan(before.version)
})
