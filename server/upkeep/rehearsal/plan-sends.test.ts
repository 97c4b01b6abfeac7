import { afterEach, expect, it } from 'vitest'
import { sopProgram } from '../../cli/sop.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { WELFARE_DAY } from '../../operations/mass-send/testing/send-scene.ts'
import { openSopScene, type SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { runCommand } from '../../testing/run-command.ts'

const CARE = `
sop: care
name: 关怀
trigger: { daily: "10:00" }
when: { follow.active: true }
steps:
  - task: { for: guide, title: 问问近况 }
`

let t: SopScene
afterEach(() => t.close())

it('scheduled sends are part of what guides are asked for', async () => {
  // Whoever has to approve it is taken to do so.
  const daily = `${WELFARE_DAY.replace('* * 3', '* * *')}approval: 55m\n`
  t = await openSopScene({ sop: CARE, files: { 'sends/s.yaml': daily } })
  expect(t.huoshui.rules.faults()).toEqual([])
  for (const input of [{ state: 'store-code' }, { state: 'store-code' }, { userId: 'lisi' }]) await t.scan(input)
  // The first of them waits for its yes already.
  await t.advance(6 * MINUTE_MS)
  expect(await t.rawRows('SELECT state FROM send_run')).toEqual([{ state: 'awaiting' }])
  const { out } = await runCommand(sopProgram, ['plan', 'care', '--days', '3'], t)
  const lines = out.split('\n').filter((line) => line.includes('群发') || line.includes('周三'))
  expect(
    lines.map((line) =>
      line
        .trim()
        .replace(/^\d{4}-\d\d-\d\d /, '')
        .replace(/ {2,}/g, ' '),
    ),
  ).toEqual([
    expect.stringContaining('导购马上确认群发'),
    '━━ 定时群发：',
    ...Array(3).fill('10:00 「周三福利日」：3 位客户，2 位导购确认'),
    '━━ 额度：到 2026-11-25 09:06，这个月的群发有 0 位客户收满了，剩得最少的还能收 27 条',
    expect.stringMatching(/^张三 待办 2 条，群发 6 人/),
    expect.stringMatching(/^李四 待办 1 条，群发 3 人/),
  ])
  const csv = await runCommand(sopProgram, ['plan', 'care', '--days', '3', '--csv'], t)
  expect(csv.out.split('\r\n').slice(1)).toEqual([
    '"关怀","0","给导购待办「问问近况」","2026-11-22","李四","1"',
    '"关怀","0","给导购待办「问问近况」","2026-11-22","张三","2"',
  ])
})

it('of a send in versions it says whom each is for and how often guides confirm; of another on the same days it does not', async () => {
  const chosen = `send: 分版
audience: { follow.active: true }
content:
  choose: [{ variant: 店里来的, when: { channel: { known: true } }, text: 店里见 }, { otherwise: { text: 常联系 } }]
cron: "0 11 * * *"
`
  const files = { 'sends/s.yaml': WELFARE_DAY.replace('* * 3', '* * *'), 'sends/v.yaml': chosen }
  t = await openSopScene({ sop: CARE, files })
  expect(t.huoshui.rules.faults()).toEqual([])
  for (const input of [{ state: 'store-code' }, { userId: 'zhangsan' }, { userId: 'lisi' }]) await t.scan(input)
  const { out } = await runCommand(sopProgram, ['plan', 'care', '--days', '1'], t)
  const lines = out.split('\n').filter((line) => line.includes('「分版」') || line.includes('「周三福利日」'))
  expect(lines.map((line) => line.trim().replace(/^\d{4}-\d\d-\d\d /, ''))).toEqual([
    '10:00 「周三福利日」：3 位客户，2 位导购确认',
    '11:00 「分版」：3 位客户，2 位导购确认；「其余」2 位、「店里来的」1 位，每版各确认一次，一共 3 条',
  ])
})

it('of a send for which WeCom chooses who sends it says that guides are expected', async () => {
  const chosen = `${WELFARE_DAY.replace('* * 3', '* * *')}senders: lastChat\n`
  t = await openSopScene({ sop: CARE, files: { 'sends/s.yaml': chosen } })
  expect(t.huoshui.rules.faults()).toEqual([])
  const both = await t.scan({ userId: 'zhangsan' })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: both })
  await t.settle()
  await t.scan({ userId: 'zhangsan' })
  const { out } = await runCommand(sopProgram, ['plan', 'care', '--days', '1'], t)
  const lines = out.split('\n').filter((line) => line.includes('「周三福利日」') || /^ *(张三|李四) .*群发/.test(line))
  expect(
    lines.map((line) =>
      line
        .trim()
        .replace(/^\d{4}-\d\d-\d\d /, '')
        .replace(/ {2,}/g, ' '),
    ),
  ).toEqual([
    '10:00 「周三福利日」：2 位客户，2 位导购确认（预计，由企业微信挑）',
    expect.stringMatching(/^李四 .*群发 1 人/),
    expect.stringMatching(/^张三 .*群发 1 人/),
  ])
})

it('so are sends into groups, to whoever owns them; what the month or the policy leaves no room for is not among them', async () => {
  const pool = 'pool: 福利群\nrole: paid\ngroups: { namePrefix: 福利群 }\ncapacity: 200\nentry: {}\ninviteBy: task\n'
  const daily =
    'send: 群早报\nto: groups\naudience: { group.pool: 福利群 }\ncontent: { text: 早 }\ncron: "0 10 * * *"\n'
  const policy = 'contactsPerGroup: { most: 2, days: 7 }\n'
  t = await openSopScene({
    sop: CARE,
    files: { 'sends/s.yaml': daily, 'groups/welfare.yaml': pool, 'policy.yaml': policy },
  })
  expect(t.huoshui.rules.faults()).toEqual([])
  await t.scan({ state: 'store-code' })
  for (const ownerUserId of ['zhangsan', 'zhangsan', 'lisi']) {
    await t.sandbox.createGroup({ name: '福利群', ownerUserId })
  }
  await t.settle()
  await t.advance(0)
  const { out } = await runCommand(sopProgram, ['plan', 'care', '--days', '4'], t)
  const lines = out.split('\n').filter((line) => line.includes('个群'))
  expect(lines.map((line) => line.trim().replace(/^\d{4}-\d\d-\d\d /, ''))).toEqual([
    '10:00 「群早报」：3 个群，2 位群主确认',
    '10:00 「群早报」：3 个群，2 位群主确认',
    '10:00 「群早报」：0 个群，0 位群主确认',
    '排除：3 个（7 天内这个群已发过 2 次，最多 2 次）',
    '10:00 「群早报」：0 个群，0 位群主确认',
    '排除：3 个（7 天内这个群已发过 2 次，最多 2 次）',
    expect.stringMatching(/^张三 .*、4 个群/),
    expect.stringMatching(/^李四 .*、2 个群/),
  ])
})
