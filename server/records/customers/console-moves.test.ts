import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { type HandoverScene, openHandoverScene } from '../../operations/handover/testing/handover-scene.ts'

let scene: HandoverScene
beforeEach(async () => {
  scene = await openHandoverScene()
  await scene.befriend('zhangsan', 'wmA')
})
afterEach(() => scene.close())

const moveInConsole = (externalUserId: string, toUserId = 'lisi') =>
  scene.sandbox.handOverInConsole({ fromUserId: 'zhangsan', toUserId, externalUserId })
async function overNight(): Promise<void> {
  await scene.advance(DAY_MS)
  for (let minute = 0; minute < 3; minute++) await scene.advance(MINUTE_MS)
}
/** What the customer's move left behind: friendships, to-dos, journeys, and what the rules were told. */
const state = async (externalUserId: string) => ({
  follows: (await scene.follows(externalUserId)).map(({ userid, active, lost_by }) => ({ userid, active, lost_by })),
  tasks: await scene.rawRows('SELECT userid, state FROM guide_task WHERE external_userid = ?', [externalUserId]),
  journeys: await scene.rawRows('SELECT userid, state FROM sop_entry WHERE external_userid = ?', [externalUserId]),
  tags: await scene.rawRows('SELECT userid FROM follow_tag WHERE external_userid = ?', [externalUserId]),
  told: {
    added: (await scene.eventsOf('customer.added')).length,
    lost: (await scene.eventsOf('customer.lost')).length,
    handedOver: (await scene.eventsOf('customer.handed-over')).length,
  },
  welcomes: scene.sandbox.calls('send_welcome_msg').length,
})
const MOVED = {
  follows: [
    { userid: 'lisi', active: 1, lost_by: null },
    { userid: 'zhangsan', active: 0, lost_by: 'transfer' },
  ],
  tasks: [{ userid: 'lisi', state: 'open' }],
  journeys: [{ userid: 'lisi', state: 'active' }],
  tags: [{ userid: 'lisi' }],
  told: { added: 1, lost: 0, handedOver: 1 },
  welcomes: 1,
}

describe('a customer handed over by an administrator in the console', () => {
  it('goes on with the new guide: to-dos and journey move, nobody is lost, added or greeted, however the events come', async () => {
    scene.sandbox.setDelivery({ copies: 2, shuffle: true })
    await moveInConsole('wmA')
    await overNight()
    expect(await state('wmA')).toEqual(MOVED)
    expect(await scene.notes('wmA', ['customer.handed-over', 'customer.lost', 'customer.added'])).toEqual([
      'zhangsan 通过渠道「包裹卡」添加了导购张三',
      'zhangsan 张三把客户转给了李四',
      'lisi 李四从张三接手，来源、备注、标签和待办一并转来',
    ])
    scene.sandbox.redeliver()
    await scene.settle()
    await scene.advance(MINUTE_MS)
    expect(await state('wmA')).toEqual(MOVED)
  })

  it('is told from the add alone, before the loss', async () => {
    await moveInConsole('wmA')
    scene.sandbox.connect('http://127.0.0.1:9')
    await overNight()
    scene.sandbox.connect(scene.url)
    const isAdd =
      (value: string) =>
      ({ fields }: { fields: readonly (readonly [string, unknown])[] }) =>
        fields.some(([name, text]) => name === 'ChangeType' && text === value)
    scene.sandbox.redeliver((one) => !one.delivered && isAdd('add_external_contact')(one))
    await scene.settle()
    expect(await state('wmA')).toEqual(MOVED)
    scene.sandbox.redeliver((one) => !one.delivered && isAdd('del_external_contact')(one))
    await scene.settle()
    await scene.advance(MINUTE_MS)
    expect(await state('wmA')).toEqual(MOVED)
  })

  it('to a guide who was a friend already: only the loss is told, and the detail shows who has the customer now', async () => {
    await scene.befriend('lisi', 'wmA')
    const before = await state('wmA')
    await moveInConsole('wmA')
    await scene.settle()
    await scene.advance(SECOND_MS)
    const after = await state('wmA')
    expect(after.follows).toEqual(MOVED.follows)
    expect(after.told).toEqual({ ...before.told, handedOver: 1 })
    expect(after.tasks).not.toContainEqual({ userid: 'zhangsan', state: 'open' })
  })

  it('whose guide has left: the list of those who waited tells from whom', async () => {
    await scene.sandbox.removeStaff({ userId: 'zhangsan' })
    for (let minute = 0; minute < 3; minute++) await scene.advance(MINUTE_MS)
    await moveInConsole('wmA')
    await overNight()
    const { follows, told, welcomes, journeys } = await state('wmA')
    expect({ follows, told, welcomes, journeys }).toEqual({
      follows: MOVED.follows,
      told: MOVED.told,
      welcomes: 1,
      journeys: MOVED.journeys,
    })
  })

  it('of which every callback was lost is found by the next reconciliation, as the same', async () => {
    await moveInConsole('wmA')
    scene.sandbox.connect('http://127.0.0.1:9')
    await scene.advance(DAY_MS)
    scene.sandbox.connect(scene.url)
    await scene.advance(10 * MINUTE_MS)
    await scene.huoshui.sync.reconcile()
    for (let round = 0; round < 4; round++) await scene.advance(MINUTE_MS)
    const { told, follows, welcomes } = await state('wmA')
    expect({ told, follows, welcomes }).toEqual({ told: MOVED.told, follows: MOVED.follows, welcomes: 1 })
  })
})

describe('what is no handover', () => {
  it('a second guide added without a welcome code is an add, told after the detail was read', async () => {
    await scene.sandbox.scan({ userId: 'lisi', externalUserId: 'wmA', withoutWelcomeCode: true })
    await scene.settle()
    await scene.settle()
    const { follows, told } = await state('wmA')
    expect(follows).toMatchObject([
      { userid: 'lisi', active: 1 },
      { userid: 'zhangsan', active: 1 },
    ])
    expect(told).toEqual({ added: 2, lost: 0, handedOver: 0 })
  })

  it('a transfer whose taker WeCom never shows is told as the loss and the add that it looks like, after a minute', async () => {
    await moveInConsole('wmA')
    scene.sandbox.faults.set({ path: 'externalcontact/get', errcode: 40096 })
    await scene.advance(DAY_MS)
    expect((await state('wmA')).told).toEqual({ added: 1, lost: 0, handedOver: 0 })
    for (let round = 0; round < 6; round++) await scene.advance(15 * SECOND_MS)
    expect((await state('wmA')).told).toEqual({ added: 2, lost: 1, handedOver: 0 })
  })
})
