/** Breaks the code where a wrong sign is a lie, a flood or an open door, and asks the tests beside it; docs/mutation.md. */
export default {
  mutate: [
    'src/core/health/*.ts',
    // What decides when and whether a check or a call runs; the rest of the folder only keeps.
    'src/core/watch/{admission,bulkhead,calls,check-jobs,check-queue,consequences,deadline,fleet-alarm}.ts',
    'src/core/watch/{inconclusive,lease,monitor,on-demand-limit,recent-starts,stall-watch,turns,waiting-line,wakes}.ts',
    'src/mcp/http/{address-rules,dialer}.ts',
    'src/server/{target-rules,access/hosts}.ts',
    '!src/**/*.test.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  // Two workers, each with the patience that a busy machine needs: load must not count as a find.
  concurrency: 2,
  timeoutMS: 10_000,
  timeoutFactor: 5,
  dryRunTimeoutMinutes: 30,
  reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
  clearTextReporter: { logTests: false, allowEmojis: false },
  thresholds: { high: 95, low: 90, break: 85 },
  // What Stryker would rewrite in it needs an API that TypeScript 7 no longer has.
  ignorePatterns: ['bench', 'demo', 'data', 'tsconfig.json'],
  disableTypeChecks: false,
}
