import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// No image can be built where the tests run; what makes it is text, and says what must hold of it.
const lines = readFileSync('Dockerfile', 'utf8').split('\n')
const stages = lines.join('\n').split(/^(?=FROM )/m)
const last = stages.at(-1) ?? ''

test('every stage stands on one image, which is pinned by its digest', () => {
  expect(lines.filter((line) => line.startsWith('ARG BASE='))).toEqual([
    expect.stringMatching(/^ARG BASE=node:[\w.-]+@sha256:[0-9a-f]{64}$/),
  ])
  const from = lines.filter((line) => line.startsWith('FROM '))
  expect(from.length).toBeGreaterThan(1)
  for (const line of from) expect(line).toMatch(/^FROM \$\{BASE\}( AS \w+)?$/)
})

test('no install script of a package runs, and the list of what is inside is made beside it', () => {
  const installs = lines.filter((line) => /npm (ci|i|install)\b/.test(line))
  expect(installs.length).toBeGreaterThan(0)
  for (const line of installs) expect(line).toMatch(/npm ci --ignore-scripts /)
  expect(last).toContain('COPY --from=packages /app/sbom.cdx.json')
})

test('what runs is plain JavaScript without a loader, as nobody special, with no rules of the invented shop in the default path', () => {
  expect(last.match(/^COPY .*$/gm)).toEqual([
    'COPY --from=packages /app/node_modules ./node_modules',
    'COPY --from=packages /app/sbom.cdx.json ./',
    'COPY --from=build /app/dist ./',
  ])
  expect(last).toMatch(/^CMD \["node", "server\/main\.js"\]$/m)
  expect(last).toMatch(/^USER node$/m)
  expect(last).toContain('HUOSHUI_CONFIG=/app/config')
  expect(readFileSync('scripts/build-server.ts', 'utf8')).not.toMatch(/cpSync\('config'/)
})
