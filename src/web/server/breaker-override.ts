import { BreakerConfigView, type BreakerView } from '../../api/breaker.ts'

/** By setting: `on`, `off` or a number, and an empty text where the server follows all others. */
export type OverrideDraft = Readonly<Record<string, string | number>>

export const draftOf = (override: BreakerView['override']): OverrideDraft => {
  const own = new Map(Object.entries(override ?? {}))
  return Object.fromEntries(Object.keys(BreakerConfigView.shape).map((key) => [key, worded(own.get(key))]))
}

const worded = (value: number | boolean | undefined): string | number =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : (value ?? '')

/** What the server has of its own; null for nothing. */
export function overrideOf(draft: OverrideDraft): Readonly<Record<string, number | boolean>> | null {
  const own = Object.entries(draft).filter(([, value]) => value !== '')
  if (own.length === 0) return null
  return Object.fromEntries(own.map(([key, value]) => [key, typeof value === 'number' ? value : value === 'on']))
}
