import { defineConfig } from 'vitest/config'
import { databaseTests, pureTests } from './scripts/lib/test-selection.ts'

/** All tests; with `TEST_MYSQL_URL` those that the database can make a difference to; with `TEST_PURE` those that need none. */
function chosenTests(): string[] {
  if (process.env.TEST_PURE) return pureTests()
  if (process.env.TEST_MYSQL_URL) return databaseTests()
  return ['{server,sandbox,migrations,bench,scripts}/**/*.test.ts']
}

export default defineConfig({
  test: {
    include: chosenTests(),
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // By default one core is left to the terminal, and each file loads the whole product again. Files follow each other in
    // one process: who leaves nothing running and replaces no module for good disturbs nobody.
    maxWorkers: '100%',
    isolate: false,
    globalSetup: ['server/testing/test-run.ts'],
  },
})
