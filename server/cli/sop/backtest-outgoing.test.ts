import { afterEach, expect, test } from 'vitest'
import { at, openCampaignScene } from '../../operations/mass-send/testing/campaign-scene.ts'
import type { GroupScene } from '../../operations/mass-send/testing/group-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { sopProgram } from '../sop.ts'

/** What sends, moments and to-dos of staff would have been in the past, by the rules in force and by those of the files. */

const opened: Pick<GroupScene, 'close'>[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const DINNER = `
campaign: 家宴
date: "2026-11-27"
audience: { follow.active: true }
groups: { group.pool: 付费群 }
steps:
  - { step: 备货, day: -1, at: "10:00", duty: { title: 看库存, who: [lisi], within: 4h } }
  - { step: 预热, day: -1, at: "11:00", send: { text: 明天开始 } }
  - { step: 上新, day: 0, at: "10:00", moment: { text: 家宴专场 } }
  - { step: 群里, day: 0, at: "10:30", groupSend: { text: 今天开始 } }
  - { step: 收尾, day: 1, at: "10:00", send: { text: 今晚截止 } }
`
/** Of what was printed, what is not alike on both sides. */
const differences = (out: string): string[] =>
  (out.split('\n回不到过去的')[0] ?? '')
    .split('\n')
    .slice(3)
    .filter((line) => !/ (\d+) +\1$/.test(line))

test('a campaign: each message once more, by both versions, with the first difference of each customer, group, moment and member', async () => {
  const scene = await openCampaignScene(DINNER)
  opened.push(scene)
  await scene.befriend('zhangsan', 'wmAAAA0001', 'wmBBBB0002')
  await scene.open({ 付费群1: 'zhangsan' })
  for (const time of ['2026-11-26 10:01', '2026-11-26 11:01']) await at(scene, time)
  await scene.confirmAll('zhangsan')
  // Known only since: not in what went out before.
  await scene.befriend('zhangsan', 'wmCCCC0003')
  for (const time of ['2026-11-27 10:01', '2026-11-27 10:31', '2026-11-28 10:01']) await at(scene, time)
  await scene.confirmAll('zhangsan')
  await at(scene, '2026-11-28 12:00')

  const same = await runCommand(sopProgram, ['backtest', '家宴', '--since', '73h'], scene)
  expect([same.code, same.err]).toEqual([0, ''])
  expect(same.out).toContain('两个版本对每一位客户、每一个群、每一位员工都一样。')
  expect(same.out).toMatch(/2026-11-26 11:00 群发「家宴·预热」：已送达 +2 +2\n/)
  expect(same.out).toMatch(/2026-11-28 10:00 群发「家宴·收尾」：已送达 +3 +3\n/)
  expect(same.out).toMatch(/2026-11-27 10:30 群发「家宴·群里」：已送达 +1 +1\n/)
  expect(same.out).toMatch(/2026-11-27 10:00 朋友圈「家宴·上新」 +1 +1\n/)
  expect(same.out).toMatch(/2026-11-26 10:00 待办「家宴·备货」 +1 +1\n/)

  // The file says something else now; the server has not seen it.
  scene.writeConfig({
    'campaigns/c.yaml': DINNER.replace('text: 今晚截止', 'text: 今晚零点截止')
      .replace('day: 0, at: "10:30"', 'day: 0, at: "14:00"')
      .replace('text: 家宴专场', 'text: 家宴礼盒')
      .replace('who: [lisi]', 'who: [zhangsan]'),
  })
  const { code, out } = await runCommand(sopProgram, ['backtest', '家宴', '--since', '73h'], scene)
  expect(code).toBe(0)
  expect(differences(out)).toEqual([
    expect.stringMatching(/^ {2}2026-11-27 10:30 群发「家宴·群里」：已送达 +1 +0 +-1$/),
    expect.stringMatching(/^ {2}2026-11-27 14:00 群发「家宴·群里」：已送达 +0 +1 +\+1$/),
    '结果不同的客户 3 位，例如：',
    ...['wmAA…0001', 'wmBB…0002'].flatMap((id) => [
      `  ${id}`,
      '      旧：前 1 件事一样，然后 2026-11-28 10:00 群发「家宴·收尾」：已送达「今晚截止」',
      '      新：前 1 件事一样，然后 2026-11-28 10:00 群发「家宴·收尾」：已送达「今晚零点截止」',
    ]),
    '  wmCC…0003',
    '      旧：2026-11-28 10:00 群发「家宴·收尾」：已送达「今晚截止」',
    '      新：2026-11-28 10:00 群发「家宴·收尾」：已送达「今晚零点截止」',
    '结果不同的群 1 个，例如：',
    '  付费群1',
    '      旧：2026-11-27 10:30 群发「家宴·群里」：已送达「今天开始」',
    '      新：2026-11-27 14:00 群发「家宴·群里」：已送达「今天开始」',
    '不同的朋友圈 1 条，例如：',
    '  家宴·上新',
    '      旧：2026-11-27 10:00 朋友圈「家宴·上新」：请所有导购发「家宴专场」',
    '      新：2026-11-27 10:00 朋友圈「家宴·上新」：请所有导购发「家宴礼盒」',
    '待办不同的员工 2 位，例如：',
    '  李四',
    '      旧：2026-11-26 10:00 待办「家宴·备货」：看库存，2026-11-26 14:00 前',
    '      新：什么也没有',
    '  张三',
    '      旧：什么也没有',
    '      新：2026-11-26 10:00 待办「家宴·备货」：看库存，2026-11-26 14:00 前',
  ])

  // One step of it alone.
  const step = await runCommand(sopProgram, ['backtest', '家宴·收尾', '--since', '73h', '--json'], scene)
  expect((JSON.parse(step.out) as { changed: unknown }).changed).toEqual({
    customers: ['wmAAAA0001', 'wmBBBB0002', 'wmCCCC0003'],
    groups: [],
    moments: [],
    staff: [],
  })
})

test('a group SOP and a calendar, by their names: each group and each member of staff', async () => {
  const groupSop =
    'groupSop: 新群\npools: [付费群]\nfrom: created\nsteps:\n  - { step: 规矩, day: 1, at: "10:00", send: { text: 群里的规矩 } }\n  - { step: 公告, day: 1, at: "11:00", duty: { title: 写好群公告, within: 3h } }\n'
  const calendar =
    'calendar: 周历\npools: [付费群]\nfrom: "2026-11-23"\ndays: [{ theme: 福利日, on: 周四, at: "16:00", weeks: [{ text: 今天半价 }] }]\n'
  const scene = await openCampaignScene(DINNER.replace('2026-11-27', '2026-12-27'), {
    'group-sops/new.yaml': groupSop,
    'calendar/week.yaml': calendar,
  })
  opened.push(scene)
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  for (const time of ['2026-11-26 10:00', '2026-11-26 11:00', '2026-11-26 16:00']) await at(scene, time)
  scene.writeConfig({
    'group-sops/new.yaml': groupSop.replace('at: "11:00"', 'at: "12:00"'),
    'calendar/week.yaml': calendar.replace('今天半价', '今天七折'),
  })
  const lines = async (name: string): Promise<string[]> => {
    const { code, out, err } = await runCommand(sopProgram, ['backtest', name, '--since', '30h'], scene)
    expect([code, err]).toEqual([0, ''])
    return differences(out)
  }
  expect(await lines('周历')).toEqual([
    '结果不同的群 2 个，例如：',
    ...['付费群1', '付费群2'].flatMap((group) => [
      `  ${group}`,
      '      旧：2026-11-26 16:00 群发「周历·福利日」：已送达「今天半价」',
      '      新：2026-11-26 16:00 群发「周历·福利日」：已送达「今天七折」',
    ]),
  ])
  const ofSop = await lines('新群')
  expect(ofSop.slice(0, 3)).toEqual([
    expect.stringMatching(/^ {2}2026-11-26 11:00 待办「新群·公告」 +2 +0 +-2$/),
    expect.stringMatching(/^ {2}2026-11-26 12:00 待办「新群·公告」 +0 +2 +\+2$/),
    '待办不同的员工 2 位，例如：',
  ])
  expect(ofSop).toContain('      新：2026-11-26 12:00 待办「新群·公告」：写好群公告，2026-11-26 15:00 前，「付费群1」')
})

test.each([
  ['nearly its name', ['backtest', '家晏'], '没有叫「家晏」的 SOP、群发、朋友圈、活动、周历或群 SOP。是不是「家宴」？'],
  ['with a version', ['backtest', '家宴', '--version', 'a'], '只有 SOP 存着旧版本：活动「家宴」比较现行的和文件里的'],
  ['what the server never had', ['backtest', '新春'], '没有可以对比的旧版本：服务还没有用过活动「新春」'],
])('%s is answered with what to do', async (_what, words, answer) => {
  const scene = await openCampaignScene(DINNER)
  opened.push(scene)
  scene.writeConfig({ 'campaigns/new.yaml': DINNER.replace('家宴\n', '新春\n').replace('11-27', '12-27') })
  const { code, err } = await runCommand(sopProgram, words, scene)
  expect(code).toBeGreaterThan(0)
  expect(err).toContain(answer)
})

test('a send in versions: which one each got and what it said, by both versions of the rule', async () => {
  const versions = (first: string): string => `
campaign: 家宴
date: "2026-11-26"
audience: { follow.active: true }
steps:
  - step: 当天
    day: 0
    at: "11:00"
    send: { choose: [{ variant: 买过, when: { orders.paid.count: { gte: 1 } }, text: ${first} }, { otherwise: { text: 尝一份 } }] }
`
  const scene = await openCampaignScene(versions('老朋友'))
  opened.push(scene)
  await scene.befriend('zhangsan', 'wmAAAA0001', 'wmBBBB0002')
  await scene.sandbox.order({
    ...{ orderId: 'o1', externalUserId: 'wmAAAA0001', totalFen: 10_000, status: 'paid' },
    paidAt: '2026-11-20T10:00:00+08:00',
  })
  await scene.settle()
  await at(scene, '2026-11-26 11:01')
  await scene.confirmAll('zhangsan')
  await at(scene, '2026-11-26 14:00')
  scene.writeConfig({ 'campaigns/c.yaml': versions('老朋友先挑') })
  const { code, out } = await runCommand(sopProgram, ['backtest', '家宴', '--since', '30h'], scene)
  expect(code).toBe(0)
  expect(out).toMatch(/2026-11-26 11:00 群发「家宴·当天」的「买过」版：已送达 +1 +1\n/)
  expect(out).toMatch(/2026-11-26 11:00 群发「家宴·当天」的「其余」版：已送达 +1 +1\n/)
  expect(out).toContain('的「买过」版：已送达「老朋友」')
  expect(out).toContain('的「买过」版：已送达「老朋友先挑」')
})
