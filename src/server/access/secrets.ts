import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Role } from '../../core/token.ts'

/** What a secret opens: a role's API, a browser session, or a sign-in. */
export type SecretKind = Role | 'session' | 'code'

/** 256 random bits; the prefix lets a leak be recognised, by people and by secret scanners. */
export const mintSecret = (kind: SecretKind): string => `omni2_${kind}_${randomBytes(32).toString('base64url')}`

/** Whether we made it, which means it cannot be guessed; a token chosen by a person may be weak. */
export const isMinted = (secret: string): boolean => /^omni2_[a-z]+_[A-Za-z0-9_-]{43}$/.test(secret)

/** What is kept of a secret: its SHA-256, in hex. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Compares two hashes without telling by its duration where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
