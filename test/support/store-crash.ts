import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { writeBackup } from '../../src/store/care/backup.ts'
import { acquireLock } from '../../src/store/lock.ts'
import { openStore } from '../../src/store/open-store.ts'
import { AesVault } from '../../src/store/vault.ts'
import { unwatched } from './restoring.ts'
import type { StoreHome } from './store-contract.ts'
import { aDeletion, told } from './store-samples.ts'

const ROUNDS = 10

/** The child of `store-crash-child.ts`, and the lines it prints. */
export function startChild(task: 'write' | 'lock' | 'migrate' | 'restore', { dataDir, databaseUrl }: StoreHome) {
  const file = fileURLToPath(new URL('./store-crash-child.ts', import.meta.url))
  const child = spawn(process.execPath, [file, task, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DATABASE_URL: databaseUrl?.reveal() ?? '' },
  })
  return { child, lines: createInterface(child.stdout) }
}

export function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  return ended
}

export function crashTest(name: string, makeHome: () => Promise<StoreHome>): void {
  test(`kill -9 loses no acknowledged commit and leaves no gap in seq on ${name}`, { timeout: 180_000 }, async () => {
    const home = await makeHome()
    const acknowledged = new Map<number, string>()
    for (let round = 0; round < ROUNDS; round++) {
      const { child, lines } = startChild('write', home)
      const enough = acknowledged.size + 20 + round * 7
      for await (const line of lines) {
        const [seq, event] = line.split(' ')
        if (event === undefined) continue // cut off by the kill
        acknowledged.set(Number(seq), event)
        if (acknowledged.size === enough) void kill(child)
      }
    }
    const store = await openStore({ ...home, vault: new AesVault(Buffer.alloc(32, 1)) })
    const stored = await store.events({ sinceSeq: 0, limit: 1_000_000 })
    await store.close()
    expect(acknowledged.size).toBeGreaterThan(ROUNDS * 20)
    expect(stored.map((event) => event.seq)).toEqual(stored.map((_, index) => index + 1))
    const names = new Map(stored.map(({ seq, event }) => [seq, 'serverName' in event ? event.serverName : '']))
    for (const [seq, event] of acknowledged) expect(names.get(seq)).toBe(event)
  })
}

/** Events of one name each, which tell which of two backups was restored. */
async function twoBackups(home: StoreHome): Promise<void> {
  const vault = new AesVault(Buffer.alloc(32, 1))
  for (const [name, count] of [
    ['a', 300],
    ['b', 500],
  ] as const) {
    const store = await openStore({ ...home, vault })
    await store.commit(Array.from({ length: count }, () => told(aDeletion(name))))
    await store.close()
    await writeBackup({ home, file: path.join(home.dataDir, `${name}.db`), force: false, ...unwatched })
  }
}

export function restoreCrashTest(name: string, makeHome: () => Promise<StoreHome>): void {
  test(`kill -9 while restoring leaves the old or the new on ${name}`, { timeout: 180_000 }, async () => {
    const home = await makeHome()
    await twoBackups(home)
    const seen = new Set<number>()
    for (let round = 0; round < ROUNDS; round++) {
      const { child, lines } = startChild('restore', home)
      const restoredAt: number[] = []
      for await (const _ of lines) {
        restoredAt.push(performance.now())
        const [before, last] = restoredAt.slice(-2)
        // Each time at another point of the next one, which takes as long as the last.
        if (before === undefined || last === undefined || restoredAt.length !== 2 + (round % 2)) continue
        setTimeout(() => void kill(child), ((last - before) * round) / ROUNDS)
      }
      const store = await openStore({ ...home, vault: new AesVault(Buffer.alloc(32, 1)) })
      const events = await store.events({ sinceSeq: 0, limit: 1_000 })
      await store.close()
      expect([300, 800]).toContain(events.length)
      seen.add(events.length)
    }
    expect(seen.size).toBe(2)
  })
}

export function lockCrashTest(name: string, makeHome: () => Promise<StoreHome>): void {
  test(`kill -9 of the one who holds the lock frees it on ${name}`, { timeout: 60_000 }, async () => {
    const home = await makeHome()
    const { child, lines } = startChild('lock', home)
    await new Promise((resolve) => lines.once('line', resolve))
    const options = { ...home, onLost: () => undefined }
    await expect(acquireLock(options)).rejects.toMatchObject({ code: 'conflict' })
    await kill(child)
    await (await acquireLock(options)).release()
  })
}
