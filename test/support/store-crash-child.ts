import { writeSync } from 'node:fs'
import path from 'node:path'
import { Secret } from '../../src/core/config/secret.ts'
import { acquireLock } from '../../src/store/lock.ts'
import { migrate } from '../../src/store/migrations.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { openStore } from '../../src/store/open-store.ts'
import { AesVault } from '../../src/store/vault.ts'
import { withNext } from './next-migration.ts'
import { restoring } from './restoring.ts'
import { aDeletion, told } from './store-samples.ts'

// Works until it is killed: `write` prints "seq name" of each acknowledged event, `lock` prints once it holds the lock,
// `migrate` in the middle of a migration, `restore` after each of two backups that it restores in turns.
const [task, dataDir = ''] = process.argv.slice(2)
const url = process.env.DATABASE_URL
const home = { dataDir, databaseUrl: url ? new Secret(url) : undefined }

if (task === 'lock') {
  await acquireLock({ ...home, onLost: () => undefined })
  writeSync(1, 'locked\n')
  setInterval(() => undefined, 60_000)
} else if (task === 'migrate') {
  const database = await openDatabase(home)
  const midway = () => {
    writeSync(1, 'midway\n')
    return new Promise<never>(() => setInterval(() => undefined, 60_000))
  }
  await migrate(database.db, database.dialect, { known: withNext(database, midway) })
} else if (task === 'restore') {
  for (let round = 0; ; round++) {
    const file = path.join(dataDir, round % 2 === 0 ? 'a.db' : 'b.db')
    await restoring(home, file, { aside: path.join(dataDir, `aside-${process.pid}-${round}`) })
    writeSync(1, `${file}\n`)
  }
} else {
  const store = await openStore({ ...home, vault: new AesVault(Buffer.alloc(32, 1)) })
  const writer = async (n: number) => {
    for (let round = 0; ; round++) {
      const names = [`${process.pid}-${n}-${round}-a`, `${process.pid}-${n}-${round}-b`]
      const stored = await store.commit(names.map((name) => told(aDeletion(name))))
      for (const [index, { seq }] of stored.entries()) writeSync(1, `${seq} ${names[index]}\n`)
    }
  }
  await Promise.all([writer(1), writer(2), writer(3)])
}
