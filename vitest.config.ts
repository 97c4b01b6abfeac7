import { configDefaults, defineConfig } from 'vitest/config'

/** Tests that touch no database: the second run, on MariaDB, leaves them out. */
const NO_DATABASE = ['sandbox/**', 'scripts/**', 'server/core/kernel/**', 'server/platform/wecom/**']

export default defineConfig({
  test: {
    include: ['{server,sandbox,migrations,bench,scripts}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(process.env.TEST_MYSQL_URL ? NO_DATABASE : [])],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
  },
})
