import { describe, expect, it } from 'vitest'
import { noticeText } from './notice-text.ts'

const at = Date.parse('2026-11-22T09:30:00+08:00')
const due = Date.parse('2026-11-23T09:30:00+08:00')

describe('noticeText', () => {
  it('names customer, task and time', () => {
    expect(noticeText([{ name: '小林', title: '邀请进「付费群」', dueAtMs: due, openedAtMs: at }])).toBe(
      '**您有 1 条新待办**（11月22日 09:30）\n> 小林：邀请进「付费群」（11月23日 09:30 前）\n打开与客户的聊天，在侧边栏里处理。',
    )
  })

  it('lets no markup of a customer through and names the nameless', () => {
    const text = noticeText([
      { name: '*小[林](http://x)*\n# 大', title: '打招呼', dueAtMs: undefined, openedAtMs: at },
      { name: undefined, title: '打招呼', dueAtMs: undefined, openedAtMs: at },
    ])
    expect(text).toContain('\n> 小 林 http：//x 大：打招呼\n> 客户：打招呼\n')
  })

  it('stays within 2,048 bytes and counts what is left out', () => {
    const lines = Array.from({ length: 50 }, () => ({
      name: '林小姐',
      title: '邀请进「付费群」并提醒领券',
      dueAtMs: due,
      openedAtMs: at,
    }))
    const text = noticeText(lines)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048)
    const shown = text.split('\n').filter((line) => line.startsWith('> 林小姐')).length
    expect(text).toContain(`> ……还有 ${50 - shown} 条\n`)
    expect(text.endsWith('在侧边栏里处理。')).toBe(true)
  })
})
