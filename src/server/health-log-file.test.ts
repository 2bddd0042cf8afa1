import { expect, test } from 'vitest'
import { aCheck } from '../../test/support/store-samples.ts'
import { serverId } from '../core/ids.ts'
import type { CheckQuery, StoredCheck } from '../core/ports.ts'
import { healthLogFile } from './health-log-file.ts'

const id = serverId(7)
const failure = { code: 'http_status', stage: 'handshake', message: '=HYPERLINK("x")', nextAction: 'Look' } as const

/** A log of `count` checks, and the queries it was asked. */
function aLog(count: number) {
  const asked: CheckQuery[] = []
  const row = (n: number): StoredCheck => {
    const check = aCheck(id, { failure })
    return { ...check, id: n, count: 1, until: check.at, fastestMs: 1, slowestMs: 1 }
  }
  const rows = Array.from({ length: count }, (_, n) => row(count - n))
  const checks = async (query: CheckQuery) => {
    asked.push(query)
    return rows.filter((check) => check.id < (query.beforeId ?? 0)).slice(0, query.limit)
  }
  return { asked, checks }
}

const text = async (count: number, format: 'csv' | 'json', log = aLog(count)) =>
  (await healthLogFile(log, { serverId: id }, format).toArray()).join('')

test('all of it is read page by page, and each check stands in it once', async () => {
  const log = aLog(2_500)
  const ids: { id: number }[] = JSON.parse(await text(2_500, 'json', log))
  expect(ids.map((check) => check.id)).toEqual(Array.from({ length: 2_500 }, (_, n) => 2_500 - n))
  expect(log.asked.map(({ limit }) => limit)).toEqual([1_000, 1_000, 1_000])
  expect((await text(2_000, 'csv')).split('\r\n')).toHaveLength(2_002)
})

test('an empty log is an empty list, or the titles alone', async () => {
  expect(JSON.parse(await text(0, 'json'))).toEqual([])
  expect(await text(0, 'csv')).toMatch(/^id,timestamp,.*error_message\r\n$/)
})

test('what a server says is no formula in a spreadsheet', async () => {
  expect(await text(1, 'csv')).toContain(`,http_status,handshake,"'=HYPERLINK(""x"")"\r\n`)
})
