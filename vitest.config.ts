import { defineConfig } from 'vitest/config'

/** Guards against tests that hang, not assertions: on a busy machine everything takes many times as long. */
const guards = { testTimeout: 120_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } }
/** A test of these makes up to a dozen deploys. */
const longGuards = { ...guards, testTimeout: 400_000, hookTimeout: 600_000 }

const network = {
  globalSetup: ['test/support/net/global-setup.ts'],
  // One for each network that the global set-up starts.
  maxWorkers: 3,
  isolate: false,
  ...longGuards,
}

// The unit tests' and the e2e tests' files share their workers (`isolate: false`): loading the modules once more for each file
// took more time than many a file itself.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/support/fix-seed.ts'],
          include: ['test/{unit,cli,contract}/**/*.test.ts'],
          exclude: ['**/*.{itg,long}.test.ts'],
          isolate: false,
          ...guards,
        },
      },
      {
        test: {
          name: 'engine',
          include: ['test/**/*.itg.test.ts'],
          fileParallelism: false,
          ...longGuards,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/e2e/**/*.cluster.test.ts'],
          fileParallelism: false,
          ...longGuards,
        },
      },
      { test: { name: 'e2e', include: ['test/e2e/**/*.e2e.test.ts'], ...network } },
      { test: { name: 'long', include: ['test/**/*.long.test.ts'], ...network } },
    ],
  },
})
