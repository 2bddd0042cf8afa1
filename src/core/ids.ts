import type { Brand } from './brand.ts'
import { AppError } from './errors.ts'

/** A registered server: a positive integer, never used twice. */
export type ServerId = Brand<number, 'ServerId'>

/** A collection: a positive integer, never used twice. */
export type CollectionId = Brand<number, 'CollectionId'>

/** @throws AppError 'not_found' when `raw` cannot be the id of a server: an id that cannot exist is an unknown one. */
export const serverId = (raw: number | string): ServerId => idOf(raw, 'server') as ServerId // checked in there

/** @throws AppError 'not_found' as `serverId`. */
export const collectionId = (raw: number | string): CollectionId => idOf(raw, 'collection') as CollectionId // checked in there

function idOf(raw: number | string, what: string): number {
  const value = typeof raw === 'number' ? raw : /^[1-9]\d{0,14}$/.test(raw) ? Number(raw) : Number.NaN
  if (!Number.isSafeInteger(value) || value < 1) throw new AppError('not_found', `No ${what} ${JSON.stringify(raw)}`)
  return value
}
