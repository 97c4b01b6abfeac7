import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/sidebar/',
  plugins: [vue()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The WeCom clients' browsers: Chromium 108 on the desk, iOS 14's WebKit on old phones.
    target: ['chrome100', 'safari14'],
    chunkSizeWarningLimit: 400,
    // A note about the build's own speed helps no newcomer.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { proxy: { '/api': process.env.HUOSHUI_URL ?? 'http://127.0.0.1:3000' } },
})
