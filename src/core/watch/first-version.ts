import type { Clock } from '../clock.ts'
import type { Store } from '../ports.ts'
import type { Journal } from './journal.ts'

type Deps = {
  readonly store: Pick<Store, 'setting'>
  readonly journal: Pick<Journal, 'write'>
  readonly clock: Clock
}

const SETTING = 'first_version'
/** More than changes are made in a millisecond: after a while of running, time alone is ahead. */
const PER_MS = 1_000
/** More than changes are made before that. */
const APART = 1e9

/** Where a process begins to count versions: above all of earlier ones, also when the wall clock was set back. */
export async function firstVersion({ store, journal, clock }: Deps): Promise<number> {
  const before = await store.setting(SETTING)
  const first = Math.max(Math.floor(clock.wall()) * PER_MS, typeof before === 'number' ? before + APART : 0)
  await journal.write([{ type: 'setting_saved', key: SETTING, value: first }])
  return first
}
