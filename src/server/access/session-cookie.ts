import type { CookieSerializeOptions } from '@fastify/cookie'
import type { Timestamp } from '../../core/clock.ts'

export const SESSION_COOKIE = 'omni2_session'

/** Unreadable for scripts and never sent along by another site. `Secure` where people reach us by https. */
export function sessionCookieOptions(publicUrl: string | undefined, expiresAt?: Timestamp): CookieSerializeOptions {
  return {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: publicUrl?.startsWith('https://') ?? false,
    ...(expiresAt === undefined ? {} : { expires: new Date(expiresAt) }),
  }
}
