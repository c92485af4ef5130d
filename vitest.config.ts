import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,cli,contract}/**/*.test.ts'],
          exclude: ['**/*.itg.test.ts'],
        },
      },
      {
        test: {
          name: 'engine',
          include: ['test/**/*.itg.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          globalSetup: ['test/support/net/global-setup.ts'],
          // One for each network that the global set-up starts.
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
