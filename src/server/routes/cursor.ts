import { invalid } from '../views/invalid.ts'

/** The number a cursor of ours stands for; `first` without one. @throws AppError 'invalid_input' for any other text. */
export function cursorNumber(cursor: string | undefined, first: number): number {
  if (cursor === undefined) return first
  if (!/^\d{1,15}$/.test(cursor)) throw invalid('cursor', 'Not a cursor that a list gave')
  return Number(cursor)
}
