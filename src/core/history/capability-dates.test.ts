import { expect, test } from 'vitest'
import { at } from '../../../test/support/store-samples.ts'
import type { Capabilities } from '../capabilities.ts'
import { type CapabilityDates, datesAfter, datesOf } from './capability-dates.ts'

/** Tools by name, each described as the hash says. */
const offer = (tools: Readonly<Record<string, string>>, prompts: readonly string[] = []): Capabilities => ({
  tools: Object.entries(tools).map(([name, hash]) => ({ name, hash, definition: { name, hash } })),
  prompts: prompts.map((name) => ({ name, hash: 'h', definition: { name } })),
  resources: [],
  dropped: [],
})

/** The dates after one look after another, a millisecond apart. */
function after(...looks: readonly Capabilities[]): CapabilityDates {
  let known: { value: Capabilities; dates: CapabilityDates } | undefined
  for (const [ms, value] of looks.entries()) known = { value, dates: datesAfter(known, value, at(ms)) }
  if (!known) throw new Error('Nothing was looked at')
  return known.dates
}

const tool = (dates: CapabilityDates, name: string) => {
  const { firstSeen, lastChanged } = datesOf(dates, 'tool', name)
  return [firstSeen - at(), lastChanged - at()]
}

test('what was there from the beginning takes no room', () => {
  const dates = after(offer({ a: '1', b: '1' }), offer({ a: '1', b: '1' }))
  expect(dates.later.size).toBe(0)
  expect([tool(dates, 'a'), tool(dates, 'b')]).toEqual([
    [0, 0],
    [0, 0],
  ])
})

test('what came later or changed has dates of its own, and keeps them', () => {
  const first = offer({ a: '1', b: '1' })
  const second = offer({ a: '2', b: '1', c: '1' }, ['a'])
  const dates = after(first, second, second, offer({ a: '2', b: '1', c: '3' }, ['a']))
  expect([tool(dates, 'a'), tool(dates, 'b'), tool(dates, 'c')]).toEqual([
    [0, 1],
    [0, 0],
    [1, 3],
  ])
  expect(datesOf(dates, 'prompt', 'a')).toEqual({ firstSeen: at(1), lastChanged: at(1) })
})

test('what was gone meanwhile is new, and what is gone is forgotten', () => {
  const dates = after(offer({ a: '1', b: '1' }), offer({ a: '2' }), offer({ b: '1' }))
  expect(tool(dates, 'b')).toEqual([2, 2])
  expect([...dates.later.keys()]).toEqual(['tool b'])
})
