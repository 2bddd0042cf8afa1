import fc from 'fast-check'
import { test } from 'vitest'
import { type Life, life, live, type Restarted } from './phases.ts'
import { type Seen, Witness } from './witness.ts'

/** Enough lives to open the circuit hundreds of times, few enough to run with every change. */
export const RUNS = { numRuns: fc.readConfigureGlobal().numRuns ?? 80 }

/** Holds for every step of every life; what `check` remembers starts anew with each. */
export function always(name: string, check: (step: Seen, witness: Witness) => void): void {
  alwaysWith(name, () => check)
}

export function alwaysWith(
  name: string,
  begin: () => (step: Seen, witness: Witness) => void,
  lives: fc.Arbitrary<Life> = life,
): void {
  test(name, () => {
    fc.assert(
      fc.property(lives, (one) => {
        const witness = new Witness()
        const check = begin()
        live(one, { step: (step) => check(witness.see(step), witness) })
      }),
      RUNS,
    )
  })
}

/** Holds for every restart of every life. */
export function acrossRestarts(name: string, check: (restart: Restarted) => void): void {
  test(name, () => {
    fc.assert(
      fc.property(life, (one) => void live(one, { restarted: check })),
      RUNS,
    )
  })
}
