import { existsSync } from 'node:fs'
import path from 'node:path'
import type { TokenCreated, TokenInput } from '../../api/tokens.ts'
import { timestamp } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { openStore } from '../../store/open-store.ts'
import { openVault } from '../../store/vault.ts'
import { loadConfig, type Sources } from '../config/config.ts'
import { systemClock } from '../system-clock.ts'
import { tokenView } from '../views/token.ts'
import { TokenBook } from './token-book.ts'

/**
 * Makes a token straight in the store, for somebody on Omni2's own host who lost theirs. A running Omni2 knows it at once.
 * @throws AppError 'not_found' when there is no store yet: a wrong folder must not become a new one.
 */
export async function createHostToken({ env, flags }: Sources, input: TokenInput): Promise<TokenCreated> {
  const config = loadConfig({ env, flags })
  const { dataDir, databaseUrl, secretKey } = config
  if (!databaseUrl && !existsSync(path.join(dataDir, 'omni2.db'))) {
    throw new AppError('not_found', `There is no Omni2 in ${dataDir}: name the data folder it runs with`)
  }
  const store = await openStore({ databaseUrl, dataDir, vault: await openVault({ dataDir, secretKey }) })
  try {
    const book = new TokenBook({ store, clock: systemClock, onError: () => {} })
    const { name, role, expires_at } = input
    const expires = expires_at == null ? {} : { expiresAt: timestamp(Date.parse(expires_at)) }
    const { token, secret } = await book.create({ kind: 'api', name, role, ...expires })
    return { ...tokenView(token), token: secret }
  } finally {
    await store.close()
  }
}
