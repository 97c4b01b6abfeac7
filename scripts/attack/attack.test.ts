import { expect, it } from 'vitest'
import { mustBeLoopback } from './loopback.ts'
import { ROWS } from './rows.ts'
import { runRows } from './run-rows.ts'

it('a short run of every attack: nothing that should not happen happens', async () => {
  const seen = new Map<string, { tried: boolean; failed: string[] }>()
  await runRows(ROWS, 'short', ({ name }, { tried, failed }) => void seen.set(name, { tried: tried > 0, failed }))
  expect(Object.fromEntries(seen)).toEqual(
    Object.fromEntries(ROWS.map(({ name }) => [name, { tried: true, failed: [] }])),
  )
}, 300_000)

it.each([
  'http://example.com/',
  'https://127.0.0.1/',
  'http://127.0.0.1.evil.example/',
  'http://10.0.0.1/',
  'http://[::1]/',
])('%s is left alone', (url) => {
  expect(() => mustBeLoopback(url)).toThrow('left alone')
})
