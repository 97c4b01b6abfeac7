import { expect, it } from 'vitest'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import type { WelcomeRule } from '../../rules/schema/rule-files.ts'
import type { WelcomeOutcome } from '../welcome/welcome-store.ts'
import { carriedByWelcome } from './carried-by-welcome.ts'
import type { Invitation } from './invitation-queries.ts'

const day = Date.parse('2026-11-22T09:00:00+08:00')
const night = Date.parse('2026-11-22T23:00:00+08:00')

const welcome = (name: string, value: Omit<WelcomeRule, 'welcome'>) =>
  [name, { name, version: '1', file: '', value: { welcome: name, ...value } }] as const
const book = {
  welcomes: new Map([
    welcome('带群', {
      attachments: [{ groupQr: '科普群' }],
      hours: [{ between: '22:00-08:00', text: '夜里好' }],
    }),
    welcome('不带群', { text: '你好' }),
  ]),
} as unknown as RuleBook // nothing else is looked at

const invitation = (openedAtMs = day): Invitation => ({
  id: 1,
  key: 'k',
  externalUserId: 'wm1',
  userId: 'zhangsan',
  pool: '科普群',
  state: 'open',
  invitedBy: 'welcome',
  taskKey: undefined,
  reason: { text: '' },
  openedAtMs,
  lapseAtMs: openedAtMs,
  checkAtMs: undefined,
  closedAtMs: undefined,
  closeNote: undefined,
})
const outcome = (given: Partial<WelcomeOutcome> = {}): WelcomeOutcome => ({
  externalUserId: 'wm1',
  userId: 'zhangsan',
  addedAtMs: day,
  state: 'sent',
  reason: undefined,
  rule: '带群',
  version: '1',
  leftOut: [],
  sentAtMs: day,
  latencyMs: 1,
  ...given,
})
const carried = (outcomes: WelcomeOutcome[], nowMs = day + 1_000) =>
  carriedByWelcome(book, invitation(), outcomes, nowMs)

it('is so when the welcome was sent with the code in it', () => {
  expect(carried([outcome()])).toBe('yes')
  expect(carried([outcome({ state: 'sent-or-taken' })])).toBe('yes')
})

it('is not so without the welcome, or with one that had no code', () => {
  for (const state of ['taken', 'late', 'failed', 'none'] as const) expect(carried([outcome({ state })])).toBe('no')
  expect(carried([outcome({ rule: '不带群' })])).toBe('no')
  expect(carried([outcome({ leftOut: ['群二维码「科普群」'] })])).toBe('no')
  expect(carried([outcome({ addedAtMs: night })])).toBe('no')
})

it('is open while the welcome is on its way, for a minute', () => {
  expect(carried([outcome({ state: 'waiting' })])).toBe('unknown')
  expect(carried([])).toBe('unknown')
  expect(carried([outcome({ userId: 'lisi' })])).toBe('unknown')
  expect(carried([outcome({ state: 'waiting' })], day + 60_000)).toBe('no')
  expect(carried([], day + 60_000)).toBe('no')
})
