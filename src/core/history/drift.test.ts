import { expect, test } from 'vitest'
import { anHttpConfig, FakeClock, ok } from '../../../test/support/fakes.ts'
import type { Capabilities } from '../capabilities.ts'
import { DEFAULT_BREAKER } from '../health/breaker-config.ts'
import { initial } from '../health/restore.ts'
import { serverId } from '../ids.ts'
import type { Change } from '../ports.ts'
import { Fleet, informed } from '../watch/fleet.ts'
import { Drift } from './drift.ts'

const MINUTE = 60_000
const id = serverId(1)

const offer = (tools: Readonly<Record<string, string>>, prompts: readonly string[] = []): Capabilities => ({
  tools: Object.entries(tools).map(([name, text]) => ({ name, hash: text.slice(0, 50), definition: { name, text } })),
  prompts: prompts.map((name) => ({ name, hash: 'h', definition: { name } })),
  resources: [],
  dropped: [],
})

/** A server that is listed a minute after the time before. */
function listed() {
  const clock = new FakeClock()
  const fleet = new Fleet()
  const drift = new Drift(clock)
  const policy = { intervalMs: MINUTE, timeoutMs: 10_000, breaker: DEFAULT_BREAKER }
  const server = { id, revision: 1, config: anHttpConfig(), createdAt: clock.wall(), updatedAt: clock.wall() }
  fleet.put({ server, state: initial(policy, 1, clock.now()), identity: undefined, capabilities: undefined })
  const look = async (capabilities: Capabilities | undefined, afterMs = MINUTE): Promise<readonly Change[]> => {
    await clock.advance(afterMs)
    const before = fleet.get(id)
    return drift.learned(before, fleet.put(informed(before, { ...ok, capabilities }, clock.wall())))
  }
  return { look, drift, fleet }
}

const kinds = (changes: readonly Change[]) => changes.map(({ type }) => type)
const told = (changes: readonly Change[]) =>
  changes.flatMap((change) => (change.type === 'event' ? [change.event] : []))
const recorded = (changes: readonly Change[]) =>
  changes.flatMap((change) => (change.type === 'capabilities_changed' ? [change] : []))

test('the first listing is kept and is no change, and an equal one is nothing at all', async () => {
  const { look } = listed()
  expect(kinds(await look(offer({ a: '1' })))).toEqual(['capabilities_saved'])
  expect(await look(offer({ a: '1' }))).toEqual([])
  expect(await look(undefined)).toEqual([])
})

test('a change is kept with what it was, and told, and what changed comes first', async () => {
  const { look } = listed()
  await look(offer({ a: '1', b: '1' }))
  const changes = await look(offer({ a: '2', c: '1' }, ['p']))
  expect(kinds(changes)).toEqual(['capabilities_saved', 'capabilities_changed', 'event'])
  expect(recorded(changes)).toMatchObject([
    {
      serverId: id,
      omitted: 0,
      changes: [
        { kind: 'tool', name: 'a', change: 'changed', before: { text: '1' }, after: { text: '2' }, truncated: false },
        { kind: 'tool', name: 'b', change: 'removed', before: { text: '1' }, after: undefined },
        { kind: 'tool', name: 'c', change: 'added', before: undefined, after: { text: '1' } },
        { kind: 'prompt', name: 'p', change: 'added' },
      ],
    },
  ])
  const none = { added: [], removed: [], changed: [] }
  expect(told(changes)).toMatchObject([
    {
      ...{ severity: 'warning', added: ['c'], removed: ['b'], changed: ['a'], truncated: false },
      prompts: { added: ['p'], removed: [], changed: [] },
      resources: none,
    },
  ])
  const later = await look({
    ...offer({ a: '2', c: '1' }),
    resources: [{ name: 'file:///x', hash: 'h', definition: {} }],
  })
  expect(told(later)).toMatchObject([
    {
      ...{ severity: 'info', ...none, truncated: false },
      prompts: { added: [], removed: ['p'], changed: [] },
      resources: { added: ['file:///x'], removed: [], changed: [] },
    },
  ])
})

test('of a server that never stops 10 changes are told, then one in 10 minutes with what it came to', async () => {
  const { look, fleet } = listed()
  await look(offer({ a: '0' }))
  let tellings = 0
  for (let n = 1; n <= 720; n++) tellings += told(await look(offer({ a: `${n}` }), 5_000)).length
  expect(tellings).toBe(10 + 5)
  const last = fleet.get(id).capabilities?.value
  // A check that lists nothing tells it too, once that may be.
  const after = [...told(await look(undefined)), ...told(await look(last, 10 * MINUTE))]
  expect(after).toMatchObject([{ changed: ['a'] }])
  expect(await look(last)).toEqual([])
})

test('a server that came back to what was told last has nothing to tell', async () => {
  const { look } = listed()
  await look(offer({ a: '0' }))
  for (let n = 1; n <= 11; n++) await look(offer({ a: `${n}` }), 1_000)
  expect(kinds(await look(offer({ a: '10' }), 1_000))).toEqual(['capabilities_saved'])
  expect(await look(offer({ a: '10' }), 60 * MINUTE)).toEqual([])
})

test('of very many or very large changes some are kept and the rest counted', async () => {
  const { look } = listed()
  await look(offer({}))
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`tool-${n}`.padEnd(250, 'x'), '1']))
  const changes = await look(offer(many))
  expect(recorded(changes)).toMatchObject([{ changes: { length: 100 }, omitted: 1_900 }])
  const [event] = told(changes)
  expect(event).toMatchObject({ truncated: true })
  expect(JSON.stringify(event).length).toBeLessThan(6_000)

  await look(offer({}))
  const large = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`large-${n}`, `${n} ${'x'.repeat(20_000)}`]))
  const [kept] = recorded(await look(offer({ ...large, huge: 'y'.repeat(5_000_000) })))
  expect(JSON.stringify(kept).length).toBeLessThan(300_000)
  expect(kept?.changes.filter(({ name, truncated }) => name.startsWith('large') && !truncated)).toHaveLength(13)
  expect(kept?.changes.find(({ name }) => name === 'huge')).toMatchObject({ after: undefined, truncated: true })
})

test('a server that was removed begins anew', async () => {
  const { look, drift } = listed()
  await look(offer({ a: '0' }))
  for (let n = 1; n <= 12; n++) await look(offer({ a: `${n}` }), 1_000)
  drift.forget(id)
  expect(kinds(await look(offer({ a: 'x' }), 1_000))).toContain('event')
})
