import type { Secret } from '../../core/config/secret.ts'
import type { Auth } from './auth.ts'
import { hashSecret } from './secrets.ts'
import type { TokenBook } from './token-book.ts'

/** What a person needs to get in for the first time; shown once, never logged. */
export type FirstStart = {
  /** Absent when the person chose it. */
  readonly adminToken: string | undefined
  readonly signInCode: string
}

/** Name of the token that comes from the environment. */
const FROM_ENVIRONMENT = 'OMNI2_ADMIN_TOKEN'

/**
 * Makes sure an admin can get in. A configured token replaces the one that was configured before; without one, and
 * without any admin token, one is made. Answers what to show when this created a token.
 */
export async function bootstrap(
  book: TokenBook,
  auth: Auth,
  configured: Secret | undefined,
): Promise<FirstStart | undefined> {
  const admins = book.all().filter((token) => token.kind === 'api' && token.role === 'admin')
  if (configured) {
    const secret = configured.reveal()
    if (admins.some((token) => token.hash === hashSecret(secret))) return undefined
    const created = await book.create({ kind: 'api', name: FROM_ENVIRONMENT, role: 'admin', secret })
    for (const old of admins.filter((token) => token.name === FROM_ENVIRONMENT)) await book.remove(old.id)
    return { adminToken: undefined, signInCode: await auth.createSignInCode(created.token) }
  }
  if (admins.some((token) => token.expiresAt === undefined)) return undefined
  const created = await book.create({ kind: 'api', name: 'admin', role: 'admin' })
  return { adminToken: created.secret, signInCode: await auth.createSignInCode(created.token) }
}
