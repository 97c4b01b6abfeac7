import { describe, expect, it } from 'vitest'
import { AppError } from '../../core/kernel/app-error.ts'
import { WecomError, WecomNotUnderstood, WecomRateLimited } from '../../platform/wecom/wire/wecom-error.ts'
import type { Lane } from './action-kind.ts'
import { judgeFailure, keepsBackAll } from './judge-failure.ts'

const NOW = Date.parse('2026-11-22T09:00:00+08:00')
const judge = (error: unknown, action: { attempts?: number; lane?: Lane; expiresAtMs?: number } = {}) =>
  judgeFailure(error, { attempts: 1, lane: 'event', expiresAtMs: undefined, nowMs: NOW, ...action })
const refused = (errcode: number): WecomError => new WecomError(errcode, '/cgi-bin/externalcontact/mark_tag')
const failed = { kind: 'over', state: 'failed' }

describe('an action that WeCom refuses', () => {
  it('for a moment is tried again at once, then ever later, for most of a day', () => {
    const pauses = Array.from({ length: 11 }, (_, n) => judge(refused(-1), { attempts: n + 1 }))
    expect(pauses.map((verdict) => (verdict.kind === 'again' ? verdict.afterMs / 1_000 : verdict.state))).toEqual([
      2, 10, 60, 300, 1_800, 7_200, 7_200, 7_200, 7_200, 7_200, 7_200,
    ])
    expect(judge(refused(-1), { attempts: 12 })).toEqual({ kind: 'over', state: 'dead' })
  })

  it('until a stated time is tried again then', () => {
    expect(judge(refused(41094))).toEqual({ kind: 'again', afterMs: 8 * 3_600_000, countsAsAttempt: true })
  })

  it('for its token is tried again by and by', () => {
    expect(judge(refused(42001))).toEqual({ kind: 'again', afterMs: 2_000, countsAsAttempt: true })
  })

  it('until an operator acts is tried again every ten minutes, then rarer', () => {
    expect(judge(refused(60020))).toEqual({ kind: 'again', afterMs: 600_000, countsAsAttempt: true })
    expect(judge(refused(60020), { attempts: 6 })).toMatchObject({ afterMs: 7_200_000 })
    expect(judge(refused(40126))).toEqual(failed)
  })

  it('because the customer, tag or group is gone, or for good, is over', () => {
    for (const errcode of [84061, 40096, 40068, 41051, 48005, 987654]) {
      expect(judge(refused(errcode))).toEqual(failed)
    }
  })

  it('for a limit waits as often as needed without using up its tries', () => {
    for (const error of [refused(45009), refused(45033), new WecomRateLimited('/cgi-bin/x', 60_000)]) {
      expect(judge(error, { attempts: 50 })).toMatchObject({ kind: 'again', countsAsAttempt: false })
    }
    expect(judge(refused(45033), { attempts: 50 })).toMatchObject({ afterMs: 2_000 })
  })
})

describe('an answer that is not understood', () => {
  const odd = (isDone: boolean, repeatable: boolean) =>
    new WecomNotUnderstood({ path: '/cgi-bin/x', field: 'msgid' }, { isDone, repeatable })

  it('is asked for again for a minute or two only: then a person is to see it', () => {
    const verdicts = [1, 2, 3, 4].map((attempts) => judge(odd(true, true), { attempts }))
    expect(verdicts.map((verdict) => (verdict.kind === 'again' ? verdict.afterMs / 1_000 : verdict.state))).toEqual([
      2,
      10,
      60,
      'dead',
    ])
    expect(judge(odd(false, false))).toMatchObject({ kind: 'again' })
  })

  it('to a write that WeCom accepted, and that twice would be too much, is not asked for again', () => {
    expect(judge(odd(true, false))).toEqual({ kind: 'over', state: 'dead' })
  })
})

describe('a welcome', () => {
  it('is tried every second while it is worth something, and then expires', () => {
    const late = { lane: 'welcome' as const, attempts: 15, expiresAtMs: NOW + 3_000 }
    expect(judge(refused(-1), late)).toEqual({ kind: 'again', afterMs: 2_000, countsAsAttempt: true })
    expect(judge(refused(-1), { ...late, expiresAtMs: NOW + 2_000 })).toMatchObject({ state: 'expired' })
    expect(judge(refused(41051), late)).toEqual(failed)
  })
})

it('a fault of ours is tried four times only', () => {
  expect(judge(new Error('bug'), { attempts: 3 })).toMatchObject({ kind: 'again' })
  expect(judge(new Error('bug'), { attempts: 4 })).toEqual({ kind: 'over', state: 'dead' })
  expect(judge(new AppError('tags.not-made-yet', 'not yet', { retry: 'later' }), { attempts: 4 })).toMatchObject({
    kind: 'again',
  })
})

it('what another system than WeCom refuses is for a person to see', () => {
  const never = new AppError('webhook.refused', 'no', { retry: 'never' })
  expect(judge(never, { lane: 'outside' })).toEqual({ kind: 'over', state: 'dead' })
  expect(judge(never)).toEqual(failed)
})

describe('a stated time', () => {
  const stated = (afterMs: number, code = 'wecom.busy') => new AppError(code, 'full', { retry: { afterMs } })
  it.each([
    ['is kept to the first time, however short', stated(1_000), { attempts: 1 }, 1_000],
    ['grows when it was too short', stated(1_000), { attempts: 2 }, 10_000],
    ['is kept to when it is the longer one', stated(15_000), { attempts: 2 }, 15_000],
    ['is kept to as often as a limit says it', stated(1_000, 'wecom.rate-limited'), { attempts: 50 }, 1_000],
    ['is kept to for a welcome', stated(1_500), { attempts: 5, lane: 'welcome' as const }, 1_500],
  ])('%s', (_what, error, action, afterMs) => expect(judge(error, action)).toMatchObject({ kind: 'again', afterMs }))
  it.each([
    [NOW + 1_001, { kind: 'again' }],
    [NOW + 1_000, { kind: 'over', state: 'expired' }],
  ])('at which it is worth nothing any more ends it', (expiresAtMs, verdict) =>
    expect(judge(stated(1_000), { expiresAtMs })).toMatchObject(verdict),
  )
})

it.each([
  ['wecom.rate-limited', true],
  ['webhook.paused', true],
  ['shop.paused', false],
  ['shop.too-fast', false],
])('%s keeps back all of its kind: %s', (code, all) => {
  expect(keepsBackAll(new AppError(code, 'x'))).toBe(all)
})
