import { defineConfig } from 'vitest/config'

/** They read the sources and pages and start nothing. */
const ABOUT_THE_SOURCE = ['test/architecture.test.ts', 'test/docs.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', ...ABOUT_THE_SOURCE],
          // Properties take seconds where others keep the machine busy.
          testTimeout: 30_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['test/**/*.test.ts'],
          exclude: [...ABOUT_THE_SOURCE, 'test/faults/**', 'test/browser/**', 'test/conformance/**'],
          // News follows after a moment, which a busy machine stretches.
          expect: { poll: { timeout: 20_000 } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // They mostly wait for processes.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // Pages follow after a moment, which a busy machine stretches.
          expect: { poll: { timeout: 20_000 } },
          globalSetup: ['test/support/built-dashboard.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          testTimeout: 300_000,
          // The suite gives each exchange a few seconds, which a busy machine may miss.
          retry: 1,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 60_000,
          // Each brings the machine itself into trouble; what was measured while it did something else is measured again.
          retry: 1,
          maxWorkers: 1,
        },
      },
    ],
  },
})
