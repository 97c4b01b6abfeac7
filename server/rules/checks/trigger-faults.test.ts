import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { faultsOf } from '../testing/rule-folder-on-disk.ts'

const WHEN = 'when: { channel: { in: [包裹卡] } }'
const rule = (trigger: string, more: string) => ({
  'sop/首单.yaml': `sop: first-order\nname: 首单\ntrigger: ${trigger}\n${more}\nsteps:\n  - task: { for: guide, title: 问好 }\n`,
})

it.each([
  [
    '{ cron: "0 25 * * *" }',
    '3:18 cron「0 25 * * *」读不懂，或者没有这样的日子。五段：分 时 日 月 星期，如 "0 10 * * 3" 是每周三 10:00',
  ],
  [
    '{ cron: "0 10 30 2 *" }',
    '3:18 cron「0 10 30 2 *」读不懂，或者没有这样的日子。五段：分 时 日 月 星期，如 "0 10 * * 3" 是每周三 10:00',
  ],
  ['{ cron: "0 10 29 2 1" }', '3:18 cron「0 10 29 2 1」四年里一次也不会到。日和星期要同时符合，检查它们'],
  ['{ cron: "*/5 * * * *" }', '3:18 这样一小时里会找好几次人。分写一个数，如 "0 10 * * 3"；要随时发现就用 enters'],
  ['{ daily: "25:00" }', '3:19 「daily」不能写成「25:00」。北京时间，如 "10:00"'],
  ['{ date: "02-30", at: "10:00" }', '3:18 没有「02-30」这一天。检查月份和日期'],
  ['{ date: "2027-02-29", at: "10:00" }', '3:18 没有「2027-02-29」这一天。检查月份和日期'],
  ['{ date: "12-24" }', '3:10 缺少「at」。at：北京时间，如 "10:00"'],
  ['{ birthday: -1, at: "10:00" }', '3:22 「birthday」最小是 0，不能是 -1'],
  ['{ day: 3, since: order.lost, at: "10:00" }', '3:27 「since」不能是「order.lost」。是不是想写 order.last'],
  ['{ silence: 三十, at: "10:00" }', '3:21 「silence」要写整数，不能是「三十」。客户多少天没有任何动静'],
  [
    '{ enters: {} }',
    '3:20 enters 没有写条件，所有客户一直都在里面。写清楚是哪些客户，如 { orders.paid.count: { gte: 10 } }',
  ],
  ['{ leaves: { order.paid: 1 } }', '3:22 没有「order.paid」这个事实。是不是想写 orders.paid.sum'],
  ['{ event: tag.added, pool: 科普群 }', '3:30 tag.added 不带「pool」。可以写 tag、by'],
  ['{ event: tag.remove }', '3:19 「event」不能是「tag.remove」。是不是想写 tag.removed'],
])('%s', async (trigger, message) => {
  expect(await faultsOf(rule(trigger, WHEN))).toEqual([`sop/首单.yaml:${message}`])
})

it.each([
  [
    '{ date: "2026-12-24", at: "10:00" }',
    `${WHEN}\nvalid: { to: "2026-12-01" }`,
    '3:18 2026-12-24 不在有效期里，不会触发。改日期，或者改 valid',
  ],
  ['{ date: "12-24", at: "10:00" }', '', '3:10 定时触发而没有 when，会把所有客户都放进来。用 when 写清楚是哪些客户'],
  ['order.paid', 'valid: { from: "2026-02-30" }', '4:16 没有「2026-02-30」这一天。检查月份和日期'],
])('%s with more', async (trigger, more, message) => {
  expect(await faultsOf(rule(trigger, more))).toEqual([`sop/首单.yaml:${message}`])
})

it('what the manual shows is understood', async () => {
  const shown = [...readFileSync('config/README.md', 'utf8').matchAll(/^trigger: (.+?)\s+# /gm)].map(
    (match) => match[1] ?? '',
  )
  expect(shown.length).toBeGreaterThan(15)
  for (const trigger of shown) {
    // Its tags, pools and ladders are the shipped shop's.
    const faults = (await faultsOf(rule(trigger, WHEN))).filter((fault) => !fault.includes('没有叫'))
    expect([trigger, faults]).toEqual([trigger, []])
  }
})
