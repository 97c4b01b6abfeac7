import { expect, test } from 'vitest'
import { foldRules } from './fold.ts'

const entry = (id: number, isRule: boolean) => ({ id, isRule, atMs: id, kind: 'x', text: String(id), why: null })

test.each([
  ['', ''],
  ['p', 'p'],
  ['r', 'r'],
  ['rr', '(2)'],
  ['prrrp', 'p(3)p'],
  ['rprr', 'rp(2)'],
  ['rrprpp', '(2)prpp'],
])('%s is shown as %s: p people, r rules', (given, shown) => {
  const entries = [...given].map((who, n) => entry(100 - n, who === 'r'))
  const rows = foldRules(entries)
  expect(
    rows.map((row) => (row.kind === 'rules' ? `(${row.entries.length})` : row.entry.isRule ? 'r' : 'p')).join(''),
  ).toBe(shown)
  const all = rows.flatMap((row) => (row.kind === 'rules' ? row.entries : [row.entry]))
  expect(all).toEqual(entries)
})
