import { afterEach, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

let t: SopScene
afterEach(() => t.close())

const SOP = `
sop: into-the-group
name: 请进群
trigger: customer.added
steps:
  - task: { for: guide, title: 请他进群, script: join, reassign: { after: 1h, to: [lisi] } }
  - wait: 5d
goal: order.paid
leave: [group.left]
`
const SCRIPTS = `
domain: 入群
situations:
  - situation: 请进群
    scripts:
      - { id: join, title: 请进群, aim: 进群, expect: 好, text: 扫码进来, attachments: [{ groupQr: 付费群 }] }
`
/** 付费群, into which everybody may come, is asked into by the journey; `more`: by whom else, and how much room there is. */
const openScene = async (more: string): Promise<void> => {
  const pool = `
pool: 付费群
role: paid
groups: { namePrefix: 牧野·付费 }
entry: { orders.paid.count: { gte: 0 } }
inviteBy: task
${more}
`
  t = await openSopScene({ sop: SOP, files: { 'groups/g.yaml': pool, 'scripts/s.yaml': SCRIPTS } })
}
const asked = async () => (await t.openTasks()).map(({ title, userid }) => `${title} ${userid}`)
const invitations = async () =>
  (await t.rawRows<{ userid: string; state: string }>('SELECT userid, state FROM invitation ORDER BY id')).map(
    ({ userid, state }) => `${state} ${userid}`,
  )
/** The customer follows the code. */
const comesIn = async (externalUserId: string): Promise<void> => {
  const way = await t.db.tx((tx) => t.huoshui.groups.queries.joinWayOf(tx, '付费群'))
  await t.sandbox.joinGroup({ externalUserId, state: way?.state ?? '' })
  await t.settle()
}
/** The customer was in some group and goes out of it, which ends the journey. */
const leaves = async (externalUserId: string): Promise<void> => {
  const { chatId } = await t.sandbox.createGroup({ name: '闲聊', ownerUserId: 'lisi' })
  await t.sandbox.joinGroup({ externalUserId, chatId })
  await t.settle()
  await t.advance(MINUTE_MS)
  await t.sandbox.leaveGroup({ externalUserId, chatId })
  await t.settle()
}

it('what a journey asked for is over with it: the next one who pays is asked into the group at once', async () => {
  await openScene('capacity: 200\ninviteOn: [order.paid]')
  const id = await t.scan({ userId: 'zhangsan' })
  expect([await asked(), await invitations()]).toEqual([['请他进群 zhangsan'], ['open zhangsan']])
  await leaves(id)
  await t.again()
  expect([await asked(), await invitations()]).toEqual([[], ['withdrawn zhangsan']])
  await t.advance(MINUTE_MS)
  await t.pay(id)
  await t.again()
  expect(await asked()).toEqual(['邀请进「付费群」 zhangsan'])
  expect(await invitations()).toEqual(['withdrawn zhangsan', 'open zhangsan'])
})

it('who pays while the journey’s to-do stands, which ends it, is asked in the words of the group instead', async () => {
  await openScene('capacity: 200\ninviteOn: [order.paid]')
  const id = await t.scan({ userId: 'zhangsan' })
  await t.pay(id)
  await t.again()
  expect([await asked(), await invitations()]).toEqual([['邀请进「付费群」 zhangsan'], ['open zhangsan']])
  expect(await t.timelineOf(id)).toContain('待办已取消：请他进群（付款）')
})

it('who waits for room when the journey ends is not asked once there is some', async () => {
  await openScene('capacity: 2')
  // With its owner the group is full.
  await comesIn(await t.scan({ userId: 'zhangsan' }))
  await t.advance(MINUTE_MS)
  const id = await t.scan({ userId: 'zhangsan' })
  expect([await asked(), await invitations()]).toEqual([[], ['joined zhangsan', 'waiting zhangsan']])
  await leaves(id)
  await t.sandbox.createGroup({ name: '牧野·付费2', ownerUserId: 'lisi' })
  await t.settle()
  await t.advance(2 * MINUTE_MS)
  expect([await asked(), await invitations()]).toEqual([[], ['joined zhangsan', 'withdrawn zhangsan']])
})

it('a to-do that went to another guide in time is the only one when the first guide is lost', async () => {
  await openScene('capacity: 200')
  const id = await t.scan({ userId: 'zhangsan' })
  await t.sandbox.scan({ userId: 'lisi', externalUserId: id })
  await t.settle()
  await t.advance(HOUR_MS)
  await t.advance(MINUTE_MS)
  expect([await asked(), await invitations()]).toEqual([['请他进群 lisi'], ['open zhangsan']])
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: id })
  await t.settle()
  await t.again()
  expect(await invitations()).toEqual(['open lisi'])
  expect(await asked()).toEqual(['请他进群 lisi'])
  await comesIn(id)
  expect([await asked(), await invitations()]).toEqual([[], ['joined lisi']])
})
