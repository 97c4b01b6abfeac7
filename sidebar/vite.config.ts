import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

/** Beside each file its brotli and gzip forms, so that the server never compresses twice. */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir = '' }, bundle) {
    for (const name of Object.keys(bundle).filter((one) => /\.(js|css|html|svg)$/.test(one))) {
      const file = join(dir, name)
      const plain = await readFile(file)
      const small = { br: brotliCompressSync(plain), gz: gzipSync(plain, { level: 9 }) }
      for (const [ending, content] of Object.entries(small)) await writeFile(`${file}.${ending}`, content)
    }
  },
})

/** In the page, the address of the part that speaks with the real client; empty while developing. */
const sdkAddress = (): Plugin => ({
  name: 'sdk-address',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { bundle = {} }) => {
      const sdk = Object.values(bundle).find(
        (one) => one.type === 'chunk' && one.facadeModuleId?.endsWith('/wecom-client.ts') === true,
      )
      return html.replace('%WECOM_SDK%', sdk === undefined ? '' : `/sidebar/${sdk.fileName}`)
    },
  },
})

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/sidebar/',
  plugins: [vue(), sdkAddress(), compressed()],
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
