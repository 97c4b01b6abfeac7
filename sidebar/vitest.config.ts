import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { VUE_FEATURES } from './vite.config.ts'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // As it is built.
  plugins: [vue({ features: VUE_FEATURES })],
  test: {
    name: 'sidebar',
    include: ['src/**/*.test.ts'],
    environment: 'happy-dom',
    setupFiles: ['src/testing/no-network.ts'],
    testTimeout: 60_000,
    // Vue, the kit and the window are loaded once, not for each file; a test takes down what it put up.
    isolate: false,
    maxWorkers: '100%',
    // The SDK's register begins agentConfig and drops what becomes of it; whoever asks next is told the same.
    onUnhandledError: (error) => ('errMsg' in error && /^agentConfig:/.test(String(error.errMsg)) ? false : undefined),
    server: { deps: { inline: ['vant', '@wecom/jssdk'] } },
  },
})
