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
    for (const name of Object.keys(bundle).filter((one) => /\.(js|css|svg)$/.test(one))) {
      const file = join(dir, name)
      const plain = await readFile(file)
      const small = { br: brotliCompressSync(plain), gz: gzipSync(plain, { level: 9 }) }
      for (const [ending, content] of Object.entries(small)) await writeFile(`${file}.${ending}`, content)
    }
  },
})

/** The part that begins before the rest is a file of its own, and the first that the page names. While developing it comes
 *  with the rest. */
const openingFirst = (): Plugin => ({
  name: 'opening-first',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { bundle = {} }) => {
      const opening = Object.values(bundle).find((one) => one.type === 'chunk' && one.name === 'opening')
      if (opening === undefined) return html
      const script = `<script type="module" async crossorigin src="/sidebar/${opening.fileName}"></script>\n    `
      return html.replace('<script type="module"', `${script}<script type="module"`)
    },
  },
})

/** Components are written with setup alone, vant's too: the other half of Vue stays at home. */
export const VUE_FEATURES = { optionsAPI: false }

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: at('.'),
  base: '/sidebar/',
  plugins: [vue({ features: VUE_FEATURES }), openingFirst(), compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The WeCom clients' browsers: Chromium 108 on the desk, iOS 14's WebKit on old phones.
    target: ['chrome100', 'safari14'],
    chunkSizeWarningLimit: 400,
    // A note about the build's own speed helps no newcomer.
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: { index: at('./index.html'), opening: at('./src/opening.ts') },
    },
  },
  server: { proxy: { '/api': process.env.HUOSHUI_URL ?? 'http://127.0.0.1:3000' } },
})
