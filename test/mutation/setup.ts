import fc from 'fast-check'

/** The same lives for every mutant, and none made smaller for a reader who is not there. */
fc.configureGlobal({ seed: 1, endOnFailure: true, numRuns: 40 })
