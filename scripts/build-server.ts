import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'vite'

/** `npm run build:server`: the server and its commands as plain JavaScript in `dist/`, to be run with production packages
 *  alone. One file for each module, since migrations are known by the names of their classes and a thread by its address. */
const OUT = 'dist'
const ENTRIES = [
  'server/main.ts',
  'server/cli/main.ts',
  'server/rules/aside/check-worker.ts',
  'server/core/db/checkpoints/checkpoint-worker.ts',
]

for (const room of ['server', 'migrations', 'sidebar', '_virtual'])
  rmSync(`${OUT}/${room}`, { recursive: true, force: true })
await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir: OUT,
    emptyOutDir: false,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: ENTRIES,
      output: { preserveModules: true, preserveModulesRoot: '.', entryFileNames: '[name].js' },
    },
  },
})
if (existsSync('sidebar/dist')) cpSync('sidebar/dist', `${OUT}/sidebar/dist`, { recursive: true })

// What the image needs of it: the same commands, without the loader of the sources.
interface Package {
  scripts: Record<string, string>
  [key: string]: unknown
}
const { scripts, name, version, license, type, engines, dependencies } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as Package // our own
const compiled = Object.entries(scripts).flatMap(([key, line]) => {
  const [, file, rest = ''] = /^node --import tsx (server\/\S+)\.ts(.*)$/.exec(line) ?? []
  return file === undefined ? [] : [[key, `node ${file}.js${rest}`]]
})
const manifest = {
  name,
  version,
  private: true,
  license,
  type,
  engines,
  scripts: Object.fromEntries(compiled),
  dependencies,
}
writeFileSync(`${OUT}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`)
