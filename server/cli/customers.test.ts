import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { customersProgram } from './customers.ts'
import { sopProgram } from './sop.ts'
import { tiersProgram } from './tiers.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

const meet = async (externalUserId: string, name: string, userId = 'zhangsan') => {
  await t.sandbox.scan({ userId, externalUserId, name })
  await t.settle()
}
const why = (name: string) => runCommand(sopProgram, ['why', name], t)

it('a customer is found by id, by nickname, by the remark of any guide, and by nothing else alone', async () => {
  await meet('wmMia', 'Mia🌸')
  await meet('wmTwo', '小满', 'lisi')
  await t.sandbox.editRemark({ userId: 'lisi', externalUserId: 'wmTwo', remark: '王姐' })
  await t.settle()
  for (const name of ['wmMia', 'Mia🌸', ' Mia🌸 ']) expect((await why(name)).out).toMatch(/^客户「Mia🌸」/)
  for (const name of ['小满', '王姐']) expect((await why(name)).out).toMatch(/^客户「小满」/)
  expect((await runCommand(tiersProgram, ['why', '王姐'], t)).out).toMatch(/^小满\n/)
  expect(await why('某人')).toMatchObject({
    code: 1,
    err: '没有昵称、备注或编号是「某人」的客户，也没有相近的。可以只写名字里的一两个字。',
  })
})

it('a customer is found by what one reads of the name, with invisible marks in it, in what was typed, or in both', async () => {
  await meet('wmTurned', '\u202e小\u200b满\u202c')
  await meet('wmPlain', '阿泽')
  for (const name of ['小满', '小\u2060满', '\u202e小\u200b满\u202c']) {
    expect([name, (await why(name)).out.split('\n')[0]]).toEqual([name, expect.stringContaining('满')])
  }
  expect((await why('阿\ufeff泽')).out).toMatch(/^客户「阿泽」/)
  expect((await why('小')).err).toContain('wmTurned')
})

it('whoever may be meant is listed with guide, date and remark', async () => {
  await meet('wmMia', 'Mia🌸')
  t.clock.advance(DAY_MS)
  await meet('wmMia2', 'Mia🌸', 'lisi')
  await t.sandbox.editRemark({ userId: 'lisi', externalUserId: 'wmMia2', remark: '买过眼肉' })
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmMia' })
  await meet('wmOther', '100%牛')
  const { code, out, err } = await why('Mia🌸')
  expect([code, out]).toEqual([1, ''])
  expect(err.split('\n')).toEqual([
    '叫「Mia🌸」的客户不止一位，请写客户编号：',
    '  wmMia2  Mia🌸  备注「买过眼肉」  导购 李四  2026-11-23 09:00 加的好友',
    '  wmMia  Mia🌸  导购 张三  2026-11-22 09:00 加的好友  已经不是好友',
  ])
  expect((await why('mia')).err).toMatch(
    /^没有正好叫「mia」的客户，相近的有（请写全名或客户编号）：\n {2}wmMia2 .*\n {2}wmMia /,
  )
  expect((await why('眼肉')).err).toContain('wmMia2')
  // A sign of the database's own is a letter like any other.
  expect((await why('%')).err.split('\n')).toHaveLength(2)
  const found = await runCommand(customersProgram, ['find', '眼肉', '--json'], t)
  expect(JSON.parse(found.out)).toEqual({
    customers: [
      {
        externalUserId: 'wmMia2',
        name: 'Mia🌸',
        userId: 'lisi',
        remark: '买过眼肉',
        addedAtMs: Date.parse('2026-11-23T09:00:00+08:00'),
        active: true,
      },
    ],
  })
  expect((await runCommand(customersProgram, ['find', '没有这样的'], t)).code).toBe(1)
})

it('lost: who deleted whom and when; those who came back, and those of long ago, are not among them', async () => {
  for (const id of ['wmLong', 'wmBack', 'wmGone', 'wmDropped', 'wmStays']) await meet(id, id.slice(2))
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wmLong' })
  await t.advance(8 * DAY_MS)
  for (const externalUserId of ['wmBack', 'wmGone']) await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId })
  await t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: 'wmDropped' })
  await t.settle()
  await t.advance(60_000)
  await meet('wmBack', 'Back')
  const lost = await runCommand(customersProgram, ['lost'], t)
  expect(lost.code).toBe(0)
  expect(lost.out.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['近 7 天客户删除导购：1 位，新的在前'],
    ['流失时间', '客户', '客户编号', '导购', '谁删的', '加好友时间', '来源'],
    ['2026-11-30 09:00', 'Gone', 'wmGone', '张三', '客户删了导购', '2026-11-22 09:00'],
  ])
  const ids = async (...words: string[]): Promise<string[]> =>
    JSON.parse((await runCommand(customersProgram, ['lost', ...words, '--json'], t)).out).lost.map(
      (one: { externalUserId: string }) => one.externalUserId,
    )
  expect(await ids('--by', 'guide')).toEqual(['wmDropped'])
  expect((await ids('--by', 'all')).sort()).toEqual(['wmDropped', 'wmGone'])
  expect((await ids('30')).sort()).toEqual(['wmGone', 'wmLong'])
  expect((await runCommand(customersProgram, ['lost', '--csv'], t)).out).toContain('"Gone","wmGone","张三"')
})
