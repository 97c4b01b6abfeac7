import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type HandoverScene, openHandoverScene } from './testing/handover-scene.ts'

const LIST = 'get_unassigned_list'

let scene: HandoverScene
beforeEach(async () => {
  scene = await openHandoverScene()
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  await scene.befriend('wangwu', 'wmC')
})
afterEach(() => scene.close())

async function leave(...userIds: string[]): Promise<void> {
  for (const userId of userIds) await scene.sandbox.removeStaff({ userId })
  await nextDay()
}
async function nextDay(): Promise<void> {
  await scene.advance(DAY_MS)
  await scene.advance(MINUTE_MS)
}
const told = async () =>
  (await scene.alerts()).flatMap(({ key, text }) => {
    const count = /还有 (\d+) 位/.exec(text)?.[1]
    return key.startsWith('unassigned-customers:') ? [`${key.split(':')[1]} ${count}`] : []
  })
const stored = async () =>
  (await scene.rawRows<{ id: string }>('SELECT external_userid AS id FROM unassigned_customer ORDER BY 1')).map(
    ({ id }) => id,
  )
/** WeCom lists them no more, and nobody tells us why. */
const notListed = (userId: string, externalUserId: string) =>
  scene.sandbox.world.followsByUser.get(userId)?.delete(externalUserId)
/** The nth row of the listing has no customer, every day. */
const spoil = (nth: number, field = 'external_userid') =>
  scene.sandbox.faults.set({ path: LIST, odd: { at: `info.${nth}.${field}`, is: 'null' } })

test('who is not in a listing that can be read has a guide; who may be the row that cannot is kept', async () => {
  await leave('zhangsan', 'wangwu')
  expect(await told()).toEqual(['wangwu 1', 'zhangsan 2'])
  // wmA is the row that cannot be read.
  spoil(0)
  await nextDay()
  expect(await told()).toEqual(['wangwu 1', 'zhangsan 2'])
  expect(await stored()).toEqual(['wmA', 'wmB', 'wmC'])
})

test('a row that can never be read keeps nobody on the list who has got a guide', async () => {
  await leave('zhangsan', 'wangwu')
  spoil(0)
  await scene.sandbox.handOverInConsole({ fromUserId: 'wangwu', toUserId: 'lisi', externalUserId: 'wmC' })
  await nextDay()
  await nextDay()
  expect(await told()).toEqual(['zhangsan 2'])
})

test('a row that cannot be read and names its customer hides nobody else', async () => {
  await leave('zhangsan', 'wangwu')
  // Without the guide who left: named by the customer.
  spoil(0, 'handover_userid')
  notListed('wangwu', 'wmC')
  await nextDay()
  expect(await told()).toEqual(['zhangsan 2'])
  expect(await stored()).toEqual(['wmA', 'wmB'])
})

test('what was not seen for a month of such listings is forgotten', async () => {
  await leave('zhangsan', 'wangwu')
  spoil(0)
  notListed('wangwu', 'wmC')
  for (let day = 0; day < 3; day++) await nextDay()
  expect(await told()).toEqual(['wangwu 1', 'zhangsan 2'])
  await scene.advance(30 * DAY_MS)
  await scene.advance(MINUTE_MS)
  expect(await told()).toEqual(['zhangsan 1'])
})

test.each([
  ['null in an optional field', 'takeover_time', 'null' as const],
  ['a row without its status', 'status', 'absent' as const],
  ['a row without its customer', 'external_userid', 'null' as const],
  ['no list at all', undefined, 'absent' as const],
])('results of a handover with %s: the others count, and the odd one is asked for again', async (_what, field, is) => {
  await scene.start({ fromUserId: 'zhangsan' })
  expect((await scene.states()).map(({ state }) => state)).toEqual(['waiting', 'waiting'])
  const at = field === undefined ? 'customer' : `customer.0.${field}`
  scene.sandbox.faults.set({ path: 'transfer_result', odd: { at, is } })
  // Neither a callback tells of it nor the night, which would find them at their new guide.
  scene.sandbox.setDelivery({ drop: 1, seed: 1 })
  scene.sandbox.faults.set({ path: 'batch/get_by_user', errcode: 48002 })
  await scene.advance(DAY_MS)
  for (let minute = 0; minute < 3; minute++) await scene.advance(MINUTE_MS)
  const states = (await scene.states()).map(({ external_userid, state }) => `${external_userid} ${state}`)
  const readable = field === 'takeover_time' ? ['wmA done', 'wmB done'] : ['wmA waiting', 'wmB done']
  expect(states).toEqual(field === undefined ? ['wmA waiting', 'wmB waiting'] : readable)

  scene.sandbox.faults.clear()
  for (let hour = 0; hour < 3; hour++) await scene.advance(61 * MINUTE_MS)
  expect((await scene.states()).map(({ state }) => state)).toEqual(['done', 'done'])
})

test('an answer without errcode, and a cursor that stands still, end nothing and resolve nothing', async () => {
  await leave('zhangsan')
  expect(await told()).toEqual(['zhangsan 2'])
  scene.sandbox.faults.set({ path: LIST, noErrcode: true })
  await nextDay()
  expect(await told()).toEqual(['zhangsan 2'])
  scene.sandbox.faults.clear()
  scene.sandbox.faults.set({ path: LIST, cursor: 'still' })
  await nextDay()
  expect(await told()).toEqual(['zhangsan 2'])
  expect(scene.sandbox.calls(LIST).length).toBeLessThan(60)
  expect(await stored()).toEqual(['wmA', 'wmB'])
})
