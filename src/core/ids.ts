import type { Brand } from './brand.ts'
import { AppError } from './errors.ts'

/** A registered server: a positive integer, never used twice. */
export type ServerId = Brand<number, 'ServerId'>

/** @throws AppError 'not_found' when `raw` cannot be the id of a server: an id that cannot exist is an unknown one. */
export function serverId(raw: number | string): ServerId {
  const value = typeof raw === 'number' ? raw : /^[1-9]\d{0,14}$/.test(raw) ? Number(raw) : Number.NaN
  if (!Number.isSafeInteger(value) || value < 1) throw new AppError('not_found', `No server ${JSON.stringify(raw)}`)
  return value as ServerId // checked above
}
