import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{server,sandbox,migrations,bench,scripts}/**/*.test.ts'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
  },
})
