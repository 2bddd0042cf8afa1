import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { acquireLock } from '../../src/store/lock.ts'
import { openStore } from '../../src/store/open-store.ts'
import { AesVault } from '../../src/store/vault.ts'
import type { StoreHome } from './store-contract.ts'

const ROUNDS = 10

/** The child of `store-crash-child.ts`, and the lines it prints. */
function start(task: 'write' | 'lock', { dataDir, databaseUrl }: StoreHome) {
  const file = fileURLToPath(new URL('./store-crash-child.ts', import.meta.url))
  const child = spawn(process.execPath, [file, task, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, DATABASE_URL: databaseUrl?.reveal() ?? '' },
  })
  return { child, lines: createInterface(child.stdout) }
}

function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  return ended
}

export function crashTest(name: string, makeHome: () => Promise<StoreHome>): void {
  test(`kill -9 loses no acknowledged commit and leaves no gap in seq on ${name}`, { timeout: 180_000 }, async () => {
    const home = await makeHome()
    const acknowledged = new Map<number, string>()
    for (let round = 0; round < ROUNDS; round++) {
      const { child, lines } = start('write', home)
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

export function lockCrashTest(name: string, makeHome: () => Promise<StoreHome>): void {
  test(`kill -9 of the one who holds the lock frees it on ${name}`, { timeout: 60_000 }, async () => {
    const home = await makeHome()
    const { child, lines } = start('lock', home)
    await new Promise((resolve) => lines.once('line', resolve))
    const options = { ...home, onLost: () => undefined }
    await expect(acquireLock(options)).rejects.toMatchObject({ code: 'conflict' })
    await kill(child)
    await (await acquireLock(options)).release()
  })
}
