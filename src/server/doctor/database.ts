import type { Contents } from '../../store/care/glance.ts'
import type { SchemaVersion } from '../../store/migrations.ts'
import { type Finding, ok, problem, skipped } from './finding.ts'

/** What a short look at the database told. */
export type DatabaseFacts =
  | { readonly state: 'absent' }
  /** `why` in words, with what to do. */
  | { readonly state: 'unusable'; readonly why: string }
  | {
      readonly state: 'usable'
      readonly place: string
      readonly schema: SchemaVersion
      readonly damage: readonly string[]
    }

/** `running`: whether an Omni2 has it open. */
export function judgeDatabase(facts: DatabaseFacts, running: boolean | undefined): Finding {
  switch (facts.state) {
    case 'absent':
      return skipped('database', 'There is none yet: the first start makes it')
    case 'unusable':
      return problem('database', facts.why)
    case 'usable':
      return judgeUsable(facts, running)
  }
}

function judgeUsable(
  { place, schema, damage }: Extract<DatabaseFacts, { state: 'usable' }>,
  running: boolean | undefined,
): Finding {
  const [firstDamage] = damage
  if (firstDamage !== undefined) {
    return problem(
      'database',
      `${place} is damaged: ${firstDamage}`,
      'Stop Omni2 and restore the last good backup: omni2 restore <file>',
    )
  }
  const [newer] = schema.unknown
  if (newer !== undefined) {
    return problem(
      'database',
      `${place} was written by a newer version of Omni2 (${newer} is unknown here)`,
      'Start that version, or restore a backup made before the upgrade.',
    )
  }
  if (schema.pending.length === 0) return ok('database', `${place} opens, its schema is up to date`)
  if (running) {
    return problem(
      'database',
      `${place} is open in an older version of Omni2 than this one`,
      'Use the version that runs, or stop it and start this one.',
    )
  }
  const never =
    schema.applied.length === 0 ? 'Omni2 was never started on it' : `${schema.pending.length} migrations are to come`
  return ok('database', `${place} opens; ${never}: the next start does that`)
}

/** `holder`: the process that holds the data folder, where that can be told. */
export const judgeLock = (running: boolean | undefined, holder: number | undefined): Finding =>
  running === undefined
    ? skipped('omni2', 'Whether it runs cannot be told')
    : ok('omni2', running ? `It runs${holder === undefined ? '' : `, as process ${holder}`}` : 'It does not run here')

/** `place`: where the key is. `key`: whether it opens what is stored; undefined when that could not be tried. */
export function judgeKey(place: string, key: Contents['key'] | undefined): Finding {
  if (key === undefined) return skipped('key', 'There is nothing to try it on')
  if (key.state === 'wrong') return problem('key', key.why)
  return ok('key', key.state === 'fits' ? `${place} opens what is stored` : `${place}; nothing is stored with it yet`)
}
