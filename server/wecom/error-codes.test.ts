import { describe, expect, it } from 'vitest'
import { errorCode } from './error-codes.ts'

describe('an error code', () => {
  it('that a person must put right says what to do, in Chinese, and is tried again slowly', () => {
    expect(errorCode(60020)).toEqual({
      kind: 'config',
      retry: { afterMs: 600_000 },
      zh: '服务器 IP 不在企业可信 IP 里',
      todo: '请在企业微信后台把服务器 IP 加入「企业可信 IP」，约 1 分钟后生效',
    })
  })

  it('of a final welcome refusal is never tried again, of one still open is', () => {
    expect(errorCode(41051).retry).toBe('never')
    expect(errorCode(41050).retry).toBe('never')
    expect(errorCode(41096).retry).toEqual({ afterMs: 1_000 })
  })

  it('nobody knows is never tried again', () => {
    expect(errorCode(123456)).toMatchObject({ kind: 'unknown', retry: 'never' })
  })
})
