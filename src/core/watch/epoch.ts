import type { Store } from '../ports.ts'
import type { Journal } from './journal.ts'

type Deps = {
  readonly store: Pick<Store, 'setting'>
  readonly journal: Pick<Journal, 'write'>
  readonly newId: () => string
}

/** Whoever puts an older database in the place of a newer one forgets this setting of it. */
export const EPOCH_SETTING = 'epoch'

/**
 * Names the history that `seq` counts. It lasts as long as that history does: when a backup takes the place of the
 * database, numbers that were told already are given out again for something else.
 */
export async function epochOf({ store, journal, newId }: Deps): Promise<string> {
  const kept = await store.setting(EPOCH_SETTING)
  if (typeof kept === 'string') return kept
  const epoch = newId()
  await journal.write([{ type: 'setting_saved', key: EPOCH_SETTING, value: epoch }])
  return epoch
}
