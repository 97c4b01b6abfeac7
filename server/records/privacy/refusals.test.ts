import { expect, it } from 'vitest'
import { createRefusals, type Word } from './refusals.ts'

const NOW = 1_000
const word = (state: Word['state'], more: Partial<Word> = {}): Word => ({
  ...{ external_userid: 'wm', kind: 'marketing', scope: '', state, until_at: null, ...more },
})
const no = (more: Partial<Word> = {}): Word => word('refused', more)
const yes = (more: Partial<Word> = {}): Word => word('given', more)

it.each<[string, Word[], Word['scope'], boolean]>([
  ['nothing', [], 'sends', false],
  ['no to everything', [no()], 'sends', true],
  ['no to everything, asked in general', [no()], '', true],
  ['no to sends', [no({ scope: 'sends' })], 'sends', true],
  ['no to sends, asked about journeys', [no({ scope: 'sends' })], 'journeys', false],
  ['no to sends, asked in general', [no({ scope: 'sends' })], '', false],
  ['no, then yes', [no(), yes()], 'sends', false],
  ['yes, then no', [yes(), no()], 'sends', true],
  ['no to everything, yes to sends', [no(), yes({ scope: 'sends' })], 'sends', true],
  ['no to sends, yes in general', [no({ scope: 'sends' }), yes()], 'sends', true],
  ['no until a moment from now', [no({ until_at: NOW + 1 })], '', true],
  ['no until now', [no({ until_at: NOW })], '', false],
  ['no until now, and another one for ever', [no({ until_at: NOW }), no()], '', true],
  ['no for ever, and then only until now', [no(), no({ until_at: NOW })], '', false],
  ['no to everything until now, no to sends', [no({ until_at: NOW }), no({ scope: 'sends' })], 'sends', true],
  ['no to being judged', [no({ kind: 'profiling' })], '', false],
  ['no of somebody else', [no({ external_userid: 'wmOther' })], '', false],
])('who said %s', (_what, words, scope, expected) => {
  const refusals = createRefusals()
  for (const one of words) refusals.take(one)
  const asked = { kind: 'marketing', scope, nowMs: NOW } as const
  expect([...refusals.among(['wm', 'wmSilent'], asked)]).toEqual(expected ? ['wm'] : [])
  refusals.forget('wm')
  expect(refusals.among(['wm'], asked).size).toBe(0)
})
