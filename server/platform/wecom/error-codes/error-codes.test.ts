import { describe, expect, it } from 'vitest'
import documented from '../../../../sandbox/facts/errcodes.json' with { type: 'json' }
import { errorCode } from './error-codes.ts'

const refusals = documented.codes.filter(({ code }) => code !== 0)
const HAN = /\p{Script=Han}/u

describe('the table of error codes', () => {
  it('has every documented code, with a meaning and with what it asks of us', () => {
    expect(refusals.length).toBeGreaterThan(1_200)
    expect(refusals.filter(({ code }) => errorCode(code).kind === 'unknown')).toEqual([])
    expect(refusals.filter(({ code }) => errorCode(code).zh.length < 3)).toEqual([])
  })

  it('tells an operator what to do, in Chinese, exactly where one must act', () => {
    for (const { code } of refusals) {
      const { kind, todo } = errorCode(code)
      expect([code, HAN.test(todo ?? '')]).toEqual([code, kind === 'operator'])
    }
  })

  it('says when, wherever it says to try again, and never tries again what is gone or final', () => {
    for (const { code } of refusals) {
      const { kind, retry } = errorCode(code)
      const waitMs = typeof retry === 'object' ? retry.afterMs : retry
      if (kind === 'retry-now') expect([code, waitMs]).toEqual([code, expect.toSatisfy((ms) => ms <= 2_000)])
      else if (kind === 'retry-later') expect([code, waitMs]).toEqual([code, expect.toSatisfy((ms) => ms >= 5_000)])
      else if (kind === 'refresh-token') expect([code, waitMs]).toEqual([code, 'later'])
      else if (kind === 'operator') expect([code, [600_000, 'never'].includes(waitMs)]).toEqual([code, true])
      else expect([code, waitMs]).toEqual([code, 'never'])
    }
  })

  it.each([
    ['retry-now', [-1, 6000, 45033, 45035, 41096]],
    ['retry-later', [45009, 41063, 41079, 41094]],
    ['refresh-token', [40014, 42001, 41001]],
    ['operator', [40001, 48002, 60020, 84074, 40126, 41045]],
    ['gone', [84061, 40096, 40068, 41044, 41047, 49008, 60111, 40007]],
    ['never', [41050, 41051, 40058, 48005, 40128]],
  ])('%s: %j', (kind, codes) => {
    expect(codes.map((code) => errorCode(code).kind)).toEqual(codes.map(() => kind))
  })

  it('says of a place that must be put right where that is', () => {
    expect(errorCode(60020)).toEqual({
      kind: 'operator',
      retry: { afterMs: 600_000 },
      zh: '服务器 IP 不在企业可信 IP 里',
      todo: '请在企业微信后台把服务器 IP 加入「企业可信 IP」，约 1 分钟后生效',
    })
  })

  it('never tries again what nobody knows', () => {
    expect(errorCode(123456)).toMatchObject({ kind: 'unknown', retry: 'never' })
  })
})
