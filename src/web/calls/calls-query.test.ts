import { expect, test } from 'vitest'
import { aCall } from '../../../test/support/calls.ts'
import { callView } from '../../server/views/call.ts'
import { fits, type Pages, withNews } from './calls-query.ts'

const call = (id: number, over: Parameters<typeof aCall>[1] = {}) => callView(aCall(id, over), () => 'agent')
const pagesOf = (...ids: number[]): Pages => ({
  pages: [{ calls: ids.map((id) => call(id)), next_cursor: null }],
  pageParams: [undefined],
})
const shown = ({ pages }: Pages) => pages.flatMap(({ calls }) => calls.map(({ id }) => id))

test('what is told comes on top, once, and only what is looked for', () => {
  const news = [call(3), call(4), call(5, { target: 'other' }), call(6)]
  expect(shown(withNews(pagesOf(3, 2), news, { tool: ['search'] }))).toEqual([6, 4, 3, 2])
  const same = pagesOf(6)
  expect(withNews(same, news, {})).toBe(same)
})

test('of a long tail the newest stay, and what is older can be asked for', () => {
  const news = Array.from({ length: 3_000 }, (_, n) => call(n + 10))
  const { pages } = withNews(pagesOf(3, 2), news, {})
  expect(pages.map(({ calls, next_cursor }) => [calls.length, calls[0]?.id, next_cursor])).toEqual([
    [2_000, 3_009, '1010'],
  ])
})

test('each filter lets through what it names', () => {
  const one = call(1)
  const good = { server: [7], tool: ['search'], outcome: ['ok' as const], who: [3], endpoint: ['/mcp'] }
  expect(fits(one, good)).toBe(true)
  for (const bad of [
    { server: [8] },
    { tool: ['x'] },
    { outcome: ['auth' as const] },
    { who: [4] },
    { endpoint: ['/'] },
  ]) {
    expect(fits(one, { ...good, ...bad })).toBe(false)
  }
  expect(fits(call(1, { target: undefined }), { tool: ['search'] })).toBe(false)
})
