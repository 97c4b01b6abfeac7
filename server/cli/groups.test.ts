import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { table } from './frame/table.ts'
import { groupsProgram } from './groups.ts'

const config = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'groups/g.yaml': `
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
capacity: 200
entry: { orders.paid.count: { gte: 1 }, orders.paid.sum: { gte: 99.5元 } }
inviteBy: task
---
pool: VIP群
role: vip
groups: { namePrefix: 牧野·VIP }
capacity: 50
entry: {}
inviteBy: task
`,
}

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config })
})
afterEach(() => t.close())

const run = (...words: string[]) => runCommand(groupsProgram, words, t)

test('misplaced: who does not belong, with what is known of them', async () => {
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', name: '小林🥩', externalUserId: 'wmLin' })
  const paid = await t.sandbox.scan({ userId: 'zhangsan', name: '阿强', externalUserId: 'wmQiang' })
  await t.sandbox.order({ externalUserId: paid.externalUserId, orderId: 'o1', totalFen: 9_950, status: 'paid' })
  const members = [externalUserId, paid.externalUserId]
  await t.sandbox.createGroup({ name: '牧野·付费1', ownerUserId: 'lisi', members })
  await t.settle()
  expect(await run('misplaced', '付费群')).toEqual({
    code: 1,
    err: '',
    out: `群池「付费群」：1 位成员不符合入群条件（已付款订单数至少 1，累计付款金额至少 99.5 元）
  群          群里的昵称  客户编号  现在
  牧野·付费1  小林🥩      wmLin     已付款订单数 0，累计付款金额 0 元`,
  })
})

test('misplaced: nobody', async () => {
  expect(await run('misplaced')).toEqual({
    code: 0,
    err: '',
    out: '群池「付费群」：成员都符合入群条件（已付款订单数至少 1，累计付款金额至少 99.5 元）\n\n群池「VIP群」：成员都符合入群条件（所有人）',
  })
})

test('pools: how full, and what is to be done', async () => {
  await t.sandbox.createGroup({ name: '牧野·付费1', ownerUserId: 'lisi' })
  await t.settle()
  expect((await run('pools')).out.split('\n')).toEqual([
    '群池：',
    '  群池    群数  人数  每群上限  空位  入群码  入群欢迎语  需要处理',
    '  付费群  1     1     200       199   有      没有写',
    '  VIP群   0     0     50        0     还没有  没有写      群池「VIP群」还没有群，请建一个名字以「牧野·VIP」开头的客户群',
  ])
})

test('duplicates: who sits in several groups of one pool; who left one, or has one of each pool, does not', async () => {
  for (const externalUserId of ['wmTwice', 'wmOnce', 'wmLeft', 'wmBoth'])
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId, name: externalUserId.slice(2) })
  const group = (name: string, members: string[]) =>
    t.sandbox.createGroup({ name, ownerUserId: 'lisi', members: members.map((id) => `wm${id}`) })
  await group('牧野·付费1', ['Twice', 'Once', 'Left', 'Both'])
  t.clock.advance(60_000)
  const second = await group('牧野·付费2', ['Twice', 'Left'])
  await group('牧野·VIP1', ['Both'])
  const over = await group('牧野·付费3', ['Once'])
  await t.settle()
  await t.sandbox.dismissGroup({ chatId: over.chatId })
  await t.sandbox.leaveGroup({ chatId: second.chatId, externalUserId: 'wmLeft' })
  await t.settle()
  expect(await run('duplicates')).toEqual({
    code: 1,
    err: '',
    out: `1 位客户在同一个群池里进了不止一个群：
  群池    群里的昵称  客户编号  群（先进的在前）
  付费群  Twice       wmTwice   牧野·付费1（2026-11-22 09:00）、牧野·付费2（2026-11-22 09:01）`,
  })
  expect(await run('duplicates', 'VIP群')).toMatchObject({ code: 0, out: expect.stringContaining('没有客户') })
  const { customers } = JSON.parse((await run('duplicates', '--json')).out)
  expect(customers).toMatchObject([{ pool: '付费群', externalUserId: 'wmTwice', groups: [{}, {}] }])
})

test('a name that nobody has is no wrong use, and the near one is named', async () => {
  expect(await run('misplaced', '白银群')).toMatchObject({
    code: 1,
    err: '没有叫「白银群」的群池。有：「付费群」、「VIP群」',
  })
  expect((await run('misplaced', '付费')).err).toBe('没有叫「付费」的群池。是不是「付费群」？')
  expect(await run('kick')).toMatchObject({ code: 2, err: expect.stringContaining('没有「kick」这个命令。') })
  expect(await run()).toMatchObject({ code: 2, err: expect.stringContaining('用法：') })
})

test('rules that cannot be read are said so', async () => {
  t.writeConfig({ 'groups/g.yaml': 'pool: 1' })
  expect(await run('pools')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^规则有 \d+ 处错误，先运行 npm run/),
  })
})

test('a table aligns by what a terminal shows', () => {
  expect(
    table([
      ['群', 'a'],
      ['ab', 'b'],
    ]),
  ).toBe('  群  a\n  ab  b')
})
