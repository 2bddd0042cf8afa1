import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { KEY } from '../../../test/support/restoring.ts'
import {
  aDeletion,
  aServer,
  at,
  checkLogged,
  failure,
  olderThan,
  saved,
  told,
} from '../../../test/support/store-samples.ts'
import { NO_OUTCOMES, type RollUp } from '../../core/history/roll-up.ts'
import { sketchOf } from '../../core/history/sketch.ts'
import { serverId } from '../../core/ids.ts'
import type { Change, Store } from '../../core/ports.ts'
import { databaseFile } from '../open-database.ts'
import { openStore } from '../open-store.ts'
import { AesVault } from '../vault.ts'

const DAY_MS = 24 * 60 * 60_000
const KEPT_DAYS = 2
const SERVERS = Array.from({ length: 20 }, (_, index) => serverId(index + 1))
/** Of each server and day, evenly over it. */
const CHECKS = 60

/** A day in which every check fails and is told of: the most that is kept of one. */
async function live(store: Store, day: number): Promise<void> {
  for (let n = 0; n < CHECKS; n++) {
    const ms = day * DAY_MS + (n * DAY_MS) / CHECKS
    const changes = SERVERS.flatMap((id): Change[] => [
      checkLogged(id, { at: at(ms), outcome: 'protocol', failure }),
      told(aDeletion(`server-${id}-${'x'.repeat(200)}`), ms),
      { type: 'span_known', serverId: id, span: { kind: 'down', from: at(ms), until: at(ms + 1) } },
    ])
    await store.commit(changes)
  }
  const hours = SERVERS.flatMap((id) =>
    Array.from({ length: 24 }, (_, hour) => anHour(id, day * DAY_MS + hour * 3_600_000)),
  )
  await store.saveRollUps(hours)
}

const anHour = (id: (typeof SERVERS)[number], ms: number): RollUp => ({
  serverId: id,
  size: 'hour',
  from: at(ms),
  counts: { ...NO_OUTCOMES, protocol: 60 },
  upMs: 0,
  downMs: 3_600_000,
  latency: sketchOf(1, 10, 100),
})

function pages(dataDir: string): number {
  const db = new DatabaseSync(databaseFile(dataDir))
  const count = Number(db.prepare('pragma page_count').get()?.page_count)
  db.close()
  return count
}

test('the file stops growing once as much is pruned as is added', { timeout: 60_000 }, async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'omni2-size-'))
  const store = await openStore({ dataDir, vault: new AesVault(KEY) })
  onTestFinished(async () => {
    await store.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  await store.commit(SERVERS.map((id) => saved(aServer(id))))
  const used: number[] = []
  for (let day = 0; day < 8; day++) {
    await live(store, day)
    const limits = olderThan((day + 1 - KEPT_DAYS) * DAY_MS)
    while ((await store.prune(limits, 500)) > 0);
    used.push(pages(dataDir))
  }
  // Full after the days that are kept and the one that is being written.
  const full = used[KEPT_DAYS + 1] ?? 0
  expect(full).toBeGreaterThan(2 * (used[0] ?? 0))
  expect(Math.max(...used)).toBeLessThan(1.01 * full)
})
