import { afterEach, beforeEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
let chatId: string
beforeEach(async () => {
  t = await buildTestApp({ config: { 'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 您好\n' } })
  for (const id of ['wmA', 'wmB', 'wmC']) {
    t.sandbox.world.customers.set(id, { externalUserId: id, name: id, type: 1, gender: 0 })
  }
  chatId = (await t.sandbox.createGroup({ name: '试吃群', ownerUserId: 'zhangsan', members: ['wmA', 'wmB'] })).chatId
  await t.settle()
  t.clock.advance(MINUTE_MS)
})
afterEach(() => t.close())

const GET = 'externalcontact/groupchat/get'
const members = async (): Promise<string[]> =>
  (
    await t.rawRows<{ member_id: string }>(
      'SELECT member_id FROM chat_member WHERE left_at IS NULL AND member_type = 2 ORDER BY member_id',
    )
  ).map((row) => row.member_id)
const group = () => t.rawRows('SELECT name, owner, notice FROM chat_group')
const lastNote = async (externalUserId: string) => (await t.timelineOf(externalUserId)).at(-1)

it.each(['merged', 'short'] as const)(
  'one %s event without a member list: who came and who left is found out',
  async (form) => {
    t.sandbox.setDelivery({ copies: 2 })
    await t.sandbox.changeGroup({
      chatId,
      form,
      name: '试吃一群',
      ownerUserId: 'lisi',
      notice: '周五直播',
      join: ['wmC'],
      leave: ['wmA'],
    })
    await t.settle()
    expect(await group()).toEqual([{ name: '试吃一群', owner: 'lisi', notice: '周五直播' }])
    expect(await members()).toEqual(['wmB', 'wmC'])
    expect(await t.eventsOf('group.joined')).toHaveLength(3)
    expect(await t.eventsOf('group.left')).toHaveLength(1)
    expect(await lastNote('wmC')).toBe('加入客户群「试吃一群」（由成员邀请）')
    expect(await lastNote('wmA')).toBe('离开客户群「试吃一群」')
  },
)

it('a burst of changes of one group is read in a few looks, not one each', async () => {
  t.sandbox.faults.set({ path: GET, errcode: 45033 })
  for (let at = 0; at < 12; at++) {
    await t.sandbox.changeGroup({ chatId, form: 'merged', name: `试吃${at}群` })
    t.clock.advance(1_000)
  }
  await t.settle()
  t.sandbox.faults.clear()
  const before = t.sandbox.calls(GET).length
  for (let round = 0; round < 3; round++) await t.advance(MINUTE_MS)
  expect(t.sandbox.calls(GET).length - before).toBeLessThanOrEqual(3)
  expect(await group()).toMatchObject([{ name: '试吃11群' }])
})
