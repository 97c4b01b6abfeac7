import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** On MySQL only the stories that go through everything: the others are about the screens and the rules' files. Where both
 *  databases are there they are told on one of them now (`TEST_TURN`) and on the other at the next commit. */
const { TEST_MYSQL_URL: mysql, TEST_TURN: turn } = process.env
const STORIES = 'main-job|sends'
const FILES = mysql ? `@(${STORIES})` : turn === '1' ? `!(${STORIES})` : '*'

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
