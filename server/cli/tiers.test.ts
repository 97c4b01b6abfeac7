import { afterEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import { openTierScene, type TierScene } from '../operations/tiers/testing/tier-scene.ts'
import { runCommand } from '../testing/run-command.ts'
import type { Outcome } from './frame/outcome.ts'
import { tiersProgram } from './tiers.ts'

let t: TierScene
afterEach(() => t.close())
/** With the guide whom the shipped rules name. */
async function openShop(): Promise<void> {
  t = await openTierScene('brand')
  await t.sandbox.addStaff({ userId: 'linxiaoyu', name: '林小雨' })
  await t.nights(1)
}
const run = (...words: string[]): Promise<Outcome> => runCommand(tiersProgram, words, t)

it('the shipped ladders, from the first order to a customer of the best guide, as the command line tells it', async () => {
  await openShop()
  const id = await t.customer()
  await t.order(id, 'o1', 12_000)
  await t.advance(MINUTE_MS)

  const list = await run('list', '分层')
  expect([list.code, list.out]).toEqual([
    0,
    expect.stringMatching(/^「分层」\n {2}S {2}1 人 {2}专属导购 林小雨 1\/200\n {2}A /),
  ])
  expect((await run('candidates', '分层')).out).toBe('「分层」自动升降（moves: auto），没有等确认的候选人。')
  const proposals = await run('proposals')
  expect(proposals.out).toMatch(
    /^ {2}#1 {2}等确认 {2}.*「分层」S 转给林小雨 .* 订单付款后，符合「S」：累计付款金额至少 10000 元（累计付款金额 12000 元，近一年付款金额 12000 元）\n/,
  )
  const why = await run('why', id)
  expect(why.out).toContain('「分层」S，2026-11-23 ')
  expect(why.out).toContain('以前不降级')
  expect(why.out).toContain('提议 #1：「分层」C→S，等确认')
  await t.nights(1)
  expect((await run('why', id)).out).toContain('价值分 15（在 1 位买过的客户里）')

  expect(await run('confirm', '1')).toMatchObject({ code: 0, out: '已同意 #1；运行中的服务会马上执行。' })
  await t.advance(MINUTE_MS)
  expect((await run('proposals')).out).toMatch(/^ {2}#1 {2}转接中/)
  expect(await t.rawRows('SELECT to_userid, state FROM handover_customer')).toEqual([
    { to_userid: 'linxiaoyu', state: 'waiting' },
  ])
  expect(await run('confirm', '1')).toMatchObject({
    code: 1,
    err: '现在不能转接：已经在转接中',
  })
  expect(await t.tagsOf(id)).toContain('分层/S')
})

it('a no on the command line takes the to-do back and frees the place', async () => {
  await openShop()
  const id = await t.customer()
  await t.order(id, 'o1', 12_000)
  await t.advance(MINUTE_MS)
  expect(await run('decline', '#1')).toMatchObject({ code: 0 })
  await t.advance(MINUTE_MS)
  expect((await run('proposals')).out).toBe('没有等待处理的提议。')
  expect((await t.openTasks()).filter((title) => title.includes('专属导购'))).toEqual([])
  expect(await t.rawRows('SELECT id FROM tier_seat')).toEqual([])
  await t.nights(1)
  expect((await run('proposals')).out).toBe('没有等待处理的提议。')
})

it('lists who bears the tags of two levels: what people have put on, no rule takes off', async () => {
  await openShop()
  const id = await t.customer()
  const tag = (await t.rawRows<{ tag_id: string }>(`SELECT tag_id FROM corp_tag WHERE path = '分层/A'`))[0]
  await t.sandbox.editTags({ externalUserId: id, userId: 'zhangsan', add: [tag?.tag_id ?? ''] })
  await t.settle()
  expect((await run('list', '分层')).out).not.toContain('两级标签')
  await t.order(id, 'o1', 12_000)
  await t.advance(MINUTE_MS)
  expect((await run('list', '分层')).out).toMatch(
    new RegExp(`有两级标签的客户 1 位（一个是人工打的，规则不会去掉，请到企业微信里去掉）：.+（${id}）$`, 'm'),
  )
})

it('says what is wrong with the words', async () => {
  t = await openTierScene({})
  for (const [words, err] of [
    [[], '没有写命令。'],
    [['up'], '没有「up」这个命令。'],
    [['why'], 'why 后面要写 <客户>。'],
    [['confirm', 'x'], '编号要写成数字，例如 12，不是「x」。'],
    [['list', 'a', 'b'], '多了「b」。名称里有空格时用引号括起来。'],
  ] as const) {
    const outcome = await run(...words)
    expect([outcome.code, outcome.err.split('\n')[0]]).toEqual([2, err])
  }
  expect(await run('list', '分层')).toMatchObject({ code: 1, err: '没有叫「分层」的梯子。在 config/tiers/ 里写一个。' })
  expect(await run('why', 'wmNobody')).toMatchObject({ code: 1, err: expect.stringContaining('「wmNobody」') })
  expect(await run('confirm', '7')).toMatchObject({ code: 1 })
  expect(await run('list')).toMatchObject({ code: 0, out: '还没有梯子（在 config/tiers/ 里写一把）' })
})
