import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** On MySQL only the story that goes through everything: the others are about the screens and the rules' files. Where both
 *  databases are there it is told on one of them now (`TEST_TURN`) and on the other at the next commit. */
const { TEST_MYSQL_URL: mysql, TEST_TURN: turn } = process.env
const FILES = mysql ? 'main-job' : turn === '1' ? '!(main-job)' : '*'

/** The whole product in a real browser. One file after the other: each runs a sandbox, a server and a browser. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'browser',
    include: [`sidebar/e2e/${FILES}.e2e.ts`],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 150_000,
    hookTimeout: 90_000,
  },
})
