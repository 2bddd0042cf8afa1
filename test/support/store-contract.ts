import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe } from 'vitest'
import type { Secret } from '../../src/core/config/secret.ts'
import type { Store } from '../../src/core/ports.ts'
import { openStore } from '../../src/store/open-store.ts'
import { AesVault } from '../../src/store/vault.ts'
import { callTests } from './store-calls.ts'
import { capabilityTests } from './store-capabilities.ts'
import { careTests } from './store-care.ts'
import { collectionTests } from './store-collections.ts'
import { eventTests } from './store-events.ts'
import { historyTests } from './store-history.ts'
import { migrationTests } from './store-migrations.ts'
import { openingTests } from './store-opening.ts'
import { serverTests } from './store-servers.ts'
import { tokenTests } from './store-tokens.ts'

/** Where a store lives: what `openStore` needs besides the vault. The directory is this test's own. */
export type StoreHome = { readonly databaseUrl: Secret | undefined; readonly dataDir: string }

/** What each test of the contract works with; new for every test. */
export type Bench = {
  readonly store: Store
  readonly home: StoreHome
  /** The store once more, as another process would open it; closed at the end of the test. */
  open(key?: Buffer): Promise<Store>
}

const KEY = Buffer.alloc(32, 1)

/** What every store does, whatever it is made of. */
export function storeContract(name: string, makeHome: () => Promise<StoreHome>): void {
  describe(`a store on ${name}`, () => {
    const opened: Store[] = []
    const current: { bench: Bench | undefined } = { bench: undefined }

    beforeEach(async () => {
      const home = await makeHome()
      const open = async (key = KEY) => {
        const store = await openStore({ ...home, vault: new AesVault(key) })
        opened.push(store)
        return store
      }
      current.bench = { store: await open(), home, open }
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()))
      if (current.bench) await rm(current.bench.home.dataDir, { recursive: true, force: true })
    })

    const bench = (): Bench => {
      if (!current.bench) throw new Error('Only within a test')
      return current.bench
    }
    serverTests(bench)
    eventTests(bench)
    capabilityTests(bench)
    historyTests(bench)
    callTests(bench)
    collectionTests(bench)
    tokenTests(bench)
    openingTests(bench)
    careTests(bench, makeHome)
    migrationTests(bench)
  })
}
