import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { databaseTests, longestFirst, pureTests, testsOfTurn } from './scripts/lib/test-selection.ts'

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files), (file) => file.moduleId)
  }
}

/** All tests; with `TEST_MYSQL_URL` those that the database can make a difference to; with `TEST_PURE` those that need none; with
 *  `TEST_TURN` only those whose turn it is on this database, where a run for the other one follows. */
function chosenTests(): string[] {
  if (process.env.TEST_PURE) return pureTests()
  const { TEST_TURN: turn } = process.env
  if (turn) return testsOfTurn(process.env.TEST_MYSQL_URL ? 'mysql' : 'sqlite', Number(turn))
  if (process.env.TEST_MYSQL_URL) return databaseTests()
  return ['{server,sandbox,migrations,bench,scripts}/**/*.test.ts']
}

export default defineConfig({
  test: {
    include: chosenTests(),
    environment: 'node',
    // What hangs is to end, and nothing else: machines that are shared are now and then four times as slow.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // By default one core is left to the terminal, and each file loads the whole product again. Files follow each other in
    // one process: who leaves nothing running and replaces no module for good disturbs nobody.
    maxWorkers: '100%',
    isolate: false,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['server/testing/test-run.ts'],
  },
})
