import { afterEach, expect, it } from 'vitest'
import { sopProgram } from '../../cli/sop.ts'
import { openSopScene, type SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { runCommand } from '../../testing/run-command.ts'

let t: SopScene
afterEach(() => t.close())

const CARE = `
sop: care
name: 关怀
trigger: { daily: "10:00" }
when: { follow.active: true, orders.paid.count: { gte: 99 } }
steps:
  - task: { for: guide, title: 问问近况 }
`
const POOL = 'pool: 福利群\nrole: paid\ngroups: { namePrefix: 福利群 }\ncapacity: 200\nentry: {}\ninviteBy: task\n'
const DAILY = `
send: 晚报
audience: { follow.active: true }
content: { text: 晚 }
cron: "0 18 * * *"
---
send: 群晚报
to: groups
audience: { group.pool: 福利群 }
content: { text: 晚 }
cron: "0 18 * * *"
`
const CALENDAR = `
calendar: 周历
pools: [福利群]
from: "2026-11-16"
days: [{ theme: 福利日, on: 周一, at: "16:00", weeks: [{ text: 半价 }], host: { who: [lisi] } }]
`
const CAMPAIGN = `
campaign: 家宴
date: "2026-11-23"
audience: { follow.active: true }
groups: { group.pool: 福利群 }
priority: 90
steps:
  - { step: 当天, day: 0, at: "10:00", send: { text: 今天开始 } }
  - { step: 群里, day: 0, at: "11:00", groupSend: { text: 今天开始 } }
  - { step: 备货, day: 0, at: "09:30", duty: { title: 看库存, who: [lisi] } }
  - { step: 上新, day: 1, at: "10:00", moment: { text: 家宴 } }
approval: 2h
`
const POLICY = 'contactsPerCustomer: { most: 2, days: 1 }\ncontactsPerGroup: { most: 2, days: 1 }\n'

it('one view of everything that goes out: reach, whom it leaves out, moments, duties, what meets on a day, what is left of the month', async () => {
  t = await openSopScene({
    sop: CARE,
    files: {
      'sends/s.yaml': DAILY,
      'groups/g.yaml': POOL,
      'calendar/c.yaml': CALENDAR,
      'campaigns/c.yaml': CAMPAIGN,
      'policy.yaml': POLICY,
    },
  })
  expect(t.huoshui.rules.faults()).toEqual([])
  for (const input of [{ state: 'store-code' }, { state: 'store-code' }, { userId: 'lisi' }]) await t.scan(input)
  await t.sandbox.createGroup({ name: '福利群', ownerUserId: 'zhangsan' })
  await t.settle()
  await t.advance(0)
  const { out, code } = await runCommand(sopProgram, ['plan', '--days', '3'], t)
  expect(code).toBe(0)
  // Nothing of it is lived in the real database.
  expect(
    await t.rawRows(
      'SELECT (SELECT COUNT(*) FROM send_run) + (SELECT COUNT(*) FROM moment_run) + (SELECT COUNT(*) FROM duty) AS n',
    ),
  ).toEqual([{ n: 0 }])
  const lines = out.split('\n').slice(out.split('\n').indexOf('━━ 定时群发：'))
  expect(
    lines.slice(
      0,
      lines.findIndex((line) => line.startsWith('━━ 导购')),
    ),
  ).toEqual([
    '━━ 定时群发：',
    '  2026-11-22 18:00 「晚报」：3 位客户，2 位导购确认',
    '  2026-11-22 18:00 「群晚报」：1 个群，1 位群主确认',
    '  2026-11-23 10:00 「家宴·当天」：3 位客户，2 位导购确认',
    '  2026-11-23 11:00 「家宴·群里」：1 个群，1 位群主确认',
    '  2026-11-23 16:00 「周历·福利日」：1 个群，1 位群主确认',
    '  2026-11-23 18:00 「晚报」：3 位客户，2 位导购确认',
    '  2026-11-23 18:00 「群晚报」：0 个群，0 位群主确认',
    '      排除：1 个（1 天内这个群已发过 2 次，最多 2 次）',
    '  2026-11-24 18:00 「晚报」：3 位客户，2 位导购确认',
    '  2026-11-24 18:00 「群晚报」：1 个群，1 位群主确认',
    '',
    '━━ 朋友圈（按现在的好友和标签）：',
    '  2026-11-24 10:00 「家宴·上新」：请 2 位导购发表，最多 3 位客户看得到，0 位这个月看满了，0 位退订了也看得到',
    '',
    '━━ 群务：',
    '  2026-11-23 「家宴·备货」：请 1 位员工看库存',
    '  2026-11-23 「周历·福利日」：请 1 位员工主持「福利日」',
    '',
    '━━ 同一天不止一条群发：',
    '  2026-11-23：3 位客户、1 个群',
    '',
    '━━ 额度：到 2026-11-25 09:00，这个月的群发有 0 位客户收满了，剩得最少的还能收 26 条',
    '',
  ])
})
