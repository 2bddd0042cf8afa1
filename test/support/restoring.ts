import path from 'node:path'
import type { Watching } from '../../src/store/care/progress.ts'
import { restoreBackup } from '../../src/store/care/restore.ts'
import type { Home } from '../../src/store/open-database.ts'
import { AesVault } from '../../src/store/vault.ts'

export const KEY = Buffer.alloc(32, 1)
export const unwatched: Watching = { onProgress: () => {}, signal: new AbortController().signal }

export type Restoring = Partial<Parameters<typeof restoreBackup>[0]>

export const restoring = (home: Home, file: string, over: Restoring = {}) =>
  restoreBackup({
    home,
    file,
    vault: async () => new AesVault(KEY),
    aside: path.join(home.dataDir, 'omni2.db.before'),
    mayReplace: async () => true,
    ...unwatched,
    ...over,
  })
