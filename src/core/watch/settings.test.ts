import { expect, test } from 'vitest'
import { settle } from '../../../test/support/fakes.ts'
import type { Json } from '../capabilities.ts'
import { AppError } from '../errors.ts'
import type { Change } from '../ports.ts'
import { type CommonSettings, Settings } from './settings.ts'

/** Settings whose writes end when `release` lets them. */
function start() {
  const writes: (readonly Change[])[] = []
  const waiting: (() => void)[] = []
  const journal = {
    outage: undefined as AppError | undefined,
    async write(changes: readonly Change[]) {
      writes.push(changes)
      await new Promise<void>((resolve) => waiting.push(resolve))
      if (journal.outage) throw journal.outage
      return []
    },
  }
  const settings = new Settings({
    store: { setting: async () => undefined },
    journal,
    defaultRetentionDays: 90,
    stored: {
      fromBreaker: ({ failureThreshold }) => failureThreshold,
      toBreaker: () => settings.values.breaker,
      fromCommon: ({ retention, gateway }): Record<string, Json> => ({
        days: retention.days,
        hides: gateway.hidesDown,
      }),
      toCommon: (_, now) => now,
    },
  })
  const release = async () => {
    waiting.shift()?.()
    await settle()
  }
  const written = () => writes.map((changes) => changes.map((change) => 'key' in change && change.key))
  return { settings, journal, release, written }
}

const days = ({ retention, gateway }: CommonSettings) => ({ retention: { ...retention, days: 7 }, gateway })
const hides = ({ retention, gateway }: CommonSettings) => ({ retention, gateway: { ...gateway, hidesDown: true } })

test('changes that come at once are all kept, and each writes only its own', async () => {
  const { settings, release, written } = start()
  const saved = [
    settings.saveCommon(days),
    settings.saveCommon(hides),
    settings.saveBreaker((now) => ({ ...now, failureThreshold: now.failureThreshold + 1 })),
    settings.saveBreaker((now) => ({ ...now, failureThreshold: now.failureThreshold + 1 })),
  ]
  const before = settings.values.breaker.failureThreshold
  for (const _ of saved) await release()
  await Promise.all(saved)
  expect(settings.values).toMatchObject({ retention: { days: 7 }, gateway: { hidesDown: true } })
  expect(settings.values.breaker.failureThreshold).toBe(before + 2)
  expect(written()).toEqual([['days'], ['hides'], ['breaker'], ['breaker']])
})

test('a change that could not be stored is none, and who comes meanwhile is refused at once', async () => {
  const { settings, journal, release, written } = start()
  const saved = settings.saveCommon(days)
  journal.outage = new AppError('unavailable', 'The database is away')
  await expect(settings.saveCommon(hides)).rejects.toBe(journal.outage)
  const failed = expect(saved).rejects.toBe(journal.outage)
  await release()
  await failed
  expect(settings.values).toMatchObject({ retention: { days: 90 }, gateway: { hidesDown: false } })
  expect(written()).toEqual([['days']])
})
