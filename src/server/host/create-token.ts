import type { TokenCreated, TokenInput } from '../../api/tokens.ts'
import { timestamp } from '../../core/clock.ts'
import { openStore } from '../../store/open-store.ts'
import { openVault } from '../../store/vault.ts'
import { TokenBook } from '../access/token-book.ts'
import { loadConfig, type Sources } from '../config/config.ts'
import { systemClock } from '../system-clock.ts'
import { tokenView } from '../views/token.ts'
import { mustExist } from './home.ts'

/**
 * Makes a token straight in the store, for somebody on Omni2's own host who lost theirs. A running Omni2 knows it at once.
 * @throws AppError 'not_found' when there is no store yet: a wrong folder must not become a new one.
 */
export async function createHostToken({ env, flags }: Sources, input: TokenInput): Promise<TokenCreated> {
  const config = loadConfig({ env, flags })
  const { dataDir, databaseUrl, secretKey } = config
  mustExist(config)
  const store = await openStore({ databaseUrl, dataDir, vault: await openVault({ dataDir, secretKey }) })
  try {
    const book = new TokenBook({ store, clock: systemClock, onError: () => {} })
    const { name, role, expires_at } = input
    const expires = expires_at == null ? {} : { expiresAt: timestamp(Date.parse(expires_at)) }
    const { token, secret } = await book.create({ kind: 'api', name, role, ...expires })
    return { ...tokenView(token, { server: () => undefined, collection: () => undefined }), token: secret }
  } finally {
    await store.close()
  }
}
