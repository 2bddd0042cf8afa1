import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Properties and long stories last: most mutants are found before it comes to them. */
const SLOW = /invariants|monitor/

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const slowness = ({ moduleId }: TestSpecification) => Number(SLOW.test(moduleId))
    return files.toSorted((a, b) => slowness(a) - slowness(b))
  }
}

export default defineConfig({
  test: {
    include: [
      'src/core/{health,watch}/*.test.ts',
      'src/mcp/http/{address-rules,dialer,dialer-tls}.test.ts',
      'src/server/{target-rules,access/hosts}.test.ts',
    ],
    setupFiles: ['test/mutation/setup.ts'],
    // Nobody reads along.
    reporters: [{}],
    sequence: { sequencer: QuickFirst },
    // Longer than Stryker waits: what hangs is told as a time-out, never as a find.
    testTimeout: 3_600_000,
    expect: { poll: { timeout: 3_600_000 } },
  },
})
