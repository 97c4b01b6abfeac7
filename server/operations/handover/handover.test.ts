import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sql } from '../../core/db/sql.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { FOLLOW } from '../../records/customers/customer-tables.ts'
import { HANDOVER_GROUP } from './handover-tables.ts'
import { type HandoverScene, openHandoverScene } from './testing/handover-scene.ts'

let scene: HandoverScene
beforeEach(async () => {
  scene = await openHandoverScene()
})
afterEach(() => scene.close())

const KINDS = [
  'customer.handover',
  'customer.handed-over',
  'customer.transfer-fail',
  'customer.lost',
  'customer.added',
  'customer.add-note',
]

async function overNight(): Promise<void> {
  await scene.advance(DAY_MS)
  await scene.advance(2 * MINUTE_MS)
}

describe('a customer handed over by a guide on the job', () => {
  test('takes along the invitation of that guide, not one that another guide of theirs made', async () => {
    scene.writeConfig({
      'groups/g.yaml':
        'pool: 科普群\nrole: education\ngroups: { namePrefix: 牧野·科普 }\ncapacity: 200\nentry: {}\ninviteOn: [customer.added]\ninviteBy: task\n',
    })
    await scene.huoshui.rules.check()
    expect(scene.huoshui.rules.faults()).toEqual([])
    await scene.sandbox.createGroup({ name: '牧野·科普1', ownerUserId: 'wangwu' })
    await scene.advance(MINUTE_MS)
    await scene.befriend('zhangsan', 'wmA')
    await scene.befriend('lisi', 'wmB')
    await scene.advance(MINUTE_MS)
    await scene.befriend('lisi', 'wmA')
    const invitations = () =>
      scene.rawRows<{ external_userid: string; userid: string; state: string }>(
        'SELECT external_userid, userid, state FROM invitation ORDER BY external_userid',
      )
    expect(await invitations()).toEqual([
      { external_userid: 'wmA', userid: 'zhangsan', state: 'open' },
      { external_userid: 'wmB', userid: 'lisi', state: 'open' },
    ])
    await scene.start({ fromUserId: 'lisi', toUserIds: ['wangwu'], what: 'customers' })
    await overNight()
    expect((await scene.states()).map(({ external_userid, state }) => [external_userid, state])).toEqual([
      ['wmA', 'done'],
      ['wmB', 'done'],
    ])
    expect(await invitations()).toEqual([
      { external_userid: 'wmA', userid: 'zhangsan', state: 'open' },
      { external_userid: 'wmB', userid: 'wangwu', state: 'open' },
    ])
  })

  test('keeps source, remark, tags, to-dos and journey, is told once to each, and is greeted by nobody as new', async () => {
    await scene.befriend('zhangsan', 'wmA')
    await scene.sandbox.editRemark({ userId: 'zhangsan', externalUserId: 'wmA', remark: '孙姐' })
    await scene.settle()
    scene.sandbox.setDelivery({ copies: 2, shuffle: true })
    const started = await scene.start({}, '以后由李四为您服务')
    expect(started).toMatchObject({ handoverId: 1, plan: { calls: { customers: 1, groups: 0 } } })
    expect(await scene.states()).toMatchObject([{ external_userid: 'wmA', to_userid: 'lisi', state: 'waiting' }])
    await overNight()

    expect(await scene.states()).toMatchObject([{ state: 'done', reason: null }])
    expect(await scene.follows('wmA')).toEqual([
      { userid: 'lisi', active: 1, lost_by: null, channel: '包裹卡', remark: '孙姐' },
      { userid: 'zhangsan', active: 0, lost_by: 'transfer', channel: '包裹卡', remark: '孙姐' },
    ])
    expect(
      await scene.rawRows(`SELECT first_channel, first_userid FROM customer WHERE external_userid = 'wmA'`),
    ).toEqual([{ first_channel: '包裹卡', first_userid: 'zhangsan' }])
    expect(
      await scene.rawRows(
        `SELECT f.userid AS userid, t.path AS path FROM follow_tag f JOIN corp_tag t ON t.tag_id = f.tag_id
         WHERE f.external_userid = 'wmA'`,
      ),
    ).toEqual([{ userid: 'lisi', path: '来源/包裹卡' }])
    expect(await scene.rawRows(`SELECT userid, title, state FROM guide_task WHERE external_userid = 'wmA'`)).toEqual([
      { userid: 'lisi', title: '打个招呼', state: 'open' },
    ])
    expect(await scene.rawRows(`SELECT userid, state FROM sop_entry WHERE external_userid = 'wmA'`)).toEqual([
      { userid: 'lisi', state: 'active' },
    ])
    expect(await scene.eventsOf('customer.added')).toHaveLength(1)
    expect(await scene.eventsOf('customer.lost')).toHaveLength(0)
    expect(await scene.eventsOf('customer.handed-over')).toHaveLength(1)
    expect(await scene.notes('wmA', KINDS)).toEqual([
      'zhangsan 通过渠道「包裹卡」添加了导购张三',
      'zhangsan 正在从张三转给李四，等待客户确认，最迟 2026-11-23 10:01 自动完成',
      'zhangsan 张三把客户转给了李四',
      'lisi 李四从张三接手，来源、备注、标签和待办一并转来',
    ])
    expect(scene.sandbox.messagesOf('wmA').at(-1)).toMatchObject({ text: '以后由李四为您服务' })
    expect(scene.sandbox.calls('send_welcome_msg')).toHaveLength(1)

    scene.sandbox.redeliver()
    await scene.settle()
    await overNight()
    expect(await scene.follows('wmA')).toMatchObject([{ active: 1 }, { active: 0 }])
    expect(await scene.eventsOf('customer.added')).toHaveLength(1)
    expect(await scene.notes('wmA', KINDS)).toHaveLength(4)
    await scene.advance(3 * DAY_MS)
    await scene.advance(MINUTE_MS)
    expect(await scene.rawRows(`SELECT userid, title FROM guide_task WHERE title = '回访一下'`)).toEqual([
      { userid: 'lisi', title: '回访一下' },
    ])
  })

  test('is found to have moved by asking, when every callback about it is lost; one that comes late changes nothing', async () => {
    await scene.befriend('zhangsan', 'wmA')
    await scene.start()
    scene.sandbox.connect('http://127.0.0.1:9')
    await scene.advance(DAY_MS)
    scene.sandbox.connect(scene.url)
    await scene.advance(2 * MINUTE_MS)
    expect(
      scene.sandbox
        .callbackLog()
        .slice(-2)
        .map((one) => one.delivered),
    ).toEqual([false, false])
    expect(await scene.states()).toMatchObject([{ state: 'done' }])
    expect(await scene.follows('wmA')).toMatchObject([
      { userid: 'lisi', active: 1, channel: '包裹卡' },
      { userid: 'zhangsan', active: 0, lost_by: 'transfer' },
    ])
    await scene.sandbox.deleteCustomer({ userId: 'lisi', externalUserId: 'wmA' })
    await scene.advance(MINUTE_MS)
    scene.sandbox.redeliver()
    await scene.settle()
    expect(await scene.follows('wmA')).toMatchObject([{ userid: 'lisi', active: 0, lost_by: 'guide' }, { active: 0 }])
    expect(await scene.eventsOf('customer.added')).toHaveLength(1)
  })

  test('stays with the old guide when the customer refuses; the reason is told once and the same guide is not tried again', async () => {
    await scene.befriend('zhangsan', 'wmA')
    await scene.start()
    scene.sandbox.setDelivery({ copies: 2 })
    await scene.sandbox.refuseTransfer({ externalUserId: 'wmA' })
    await scene.settle()
    await overNight()
    expect(await scene.states()).toMatchObject([{ state: 'refused', reason: '客户拒绝了' }])
    expect(await scene.follows('wmA')).toMatchObject([{ userid: 'zhangsan', active: 1 }])
    expect(await scene.notes('wmA', ['customer.transfer-fail'])).toEqual(['zhangsan 转给李四没有成功：客户拒绝了'])
    expect(await scene.start()).toMatchObject({
      nothing: { customers: { blocked: [{ why: '90 天内拒绝过转给这位导购，不再打扰' }] } },
    })
    expect(await scene.start({ toUserIds: ['lisi', 'wangwu'] })).toMatchObject({
      plan: { customers: { moves: [{ externalUserId: 'wmA', toUserId: 'wangwu' }] } },
    })
  })

  test('that WeCom refuses at once has its reason; a refusal heard of only by asking ends it as well', async () => {
    await scene.befriend('zhangsan', 'wmA', 'wmB', 'wmC')
    await scene.sandbox.limitCustomers({ userId: 'lisi', most: 0 })
    await scene.start({ limit: 1 })
    await scene.sandbox.limitCustomers({ userId: 'lisi' })
    expect(await scene.states()).toMatchObject([
      {
        external_userid: 'wmA',
        state: 'full',
        reason: '接手导购的客户数已达上限，请扩容或换一位导购',
      },
    ])
    await scene.start({ what: 'customers' })
    scene.sandbox.connect('http://127.0.0.1:9')
    await scene.sandbox.refuseTransfer({ externalUserId: 'wmB' })
    await scene.sandbox.settle()
    await scene.sandbox.limitCustomers({ userId: 'lisi', most: 1 })
    await scene.advance(DAY_MS)
    scene.sandbox.connect(scene.url)
    await scene.advance(2 * MINUTE_MS)
    expect((await scene.states()).slice(1)).toEqual([
      { external_userid: 'wmA', to_userid: 'lisi', state: 'done', reason: null },
      { external_userid: 'wmB', to_userid: 'lisi', state: 'refused', reason: '客户拒绝了' },
      {
        external_userid: 'wmC',
        to_userid: 'lisi',
        state: 'full',
        reason: '接手导购的客户数已达上限，请扩容或换一位导购',
      },
    ])
    scene.sandbox.redeliver()
    await scene.settle()
    expect(await scene.notes('wmB', ['customer.transfer-fail'])).toEqual(['zhangsan 转给李四没有成功：客户拒绝了'])
  })

  test('who is the new guide’s friend already moves at once and keeps what the new guide knows', async () => {
    await scene.befriend('zhangsan', 'wmA')
    await scene.sandbox.scan({ userId: 'lisi', externalUserId: 'wmA', state: 'live' })
    await scene.sandbox.editRemark({ userId: 'lisi', externalUserId: 'wmA', remark: '李四的备注' })
    await scene.settle()
    await scene.start()
    await scene.advance(6 * MINUTE_MS)
    expect(await scene.states()).toMatchObject([{ state: 'done' }])
    expect(await scene.follows('wmA')).toMatchObject([
      { userid: 'lisi', active: 1, channel: '直播间', remark: '李四的备注' },
      { userid: 'zhangsan', active: 0, lost_by: 'transfer' },
    ])
  })
})

describe('a handover', () => {
  test('asks in calls of at most 100, never twice for the same customer, and is shared evenly', async () => {
    await scene.befriend('zhangsan', ...Array.from({ length: 109 }, (_, n) => `wm${n}`))
    expect(await scene.start({ limit: 105 })).toMatchObject({ plan: { calls: { customers: 2 } } })
    const shared = { toUserIds: ['lisi', 'wangwu'] }
    expect(await scene.start(shared)).toMatchObject({
      plan: {
        calls: { customers: 2 },
        customers: {
          takers: [
            { has: 105, takes: 2 },
            { has: 0, takes: 2 },
          ],
        },
      },
    })
    expect(await scene.start(shared)).toMatchObject({ nothing: { customers: { moves: [] } } })
    const asked = scene.sandbox
      .calls('externalcontact/transfer_customer')
      .map((call) => (call.body as { external_userid: string[] }).external_userid)
    expect(asked.map((ids) => ids.length).sort((a, b) => b - a)).toEqual([100, 5, 2, 2])
    expect(new Set(asked.flat()).size).toBe(109)
  })

  test('goes on after a restart, and asks WeCom what became of a call whose answer was lost', async () => {
    await scene.befriend('zhangsan', 'wmA', 'wmB')
    scene.sandbox.faults.set({ path: 'externalcontact/transfer_customer', http: 502, times: 1 })
    await scene.start({ what: 'customers' })
    expect(await scene.states()).toMatchObject([{ state: 'planned' }, { state: 'planned' }])
    // The lost call had reached WeCom.
    const { sandbox, clock, databaseUrl } = scene
    const token = await tokenOf(scene)
    await fetch(`${sandbox.url}/cgi-bin/externalcontact/transfer_customer?access_token=${token}`, {
      method: 'POST',
      body: JSON.stringify({ handover_userid: 'zhangsan', takeover_userid: 'lisi', external_userid: ['wmA'] }),
    })
    const first = scene
    await first.huoshui.stop()
    scene = await openHandoverScene({ platform: { sandbox, clock }, databaseUrl })
    await scene.advance(MINUTE_MS)
    expect(await scene.states()).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }])
    await scene.advance(2 * MINUTE_MS)
    expect(await scene.states()).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }])
    await overNight()
    expect(await scene.states()).toMatchObject([{ state: 'done' }, { state: 'done' }])
    await scene.close()
    scene = first
  })

  test('that somebody else began in the console is not taken for ours', async () => {
    await scene.befriend('zhangsan', 'wmA')
    const token = await tokenOf(scene)
    await fetch(`${scene.sandbox.url}/cgi-bin/externalcontact/transfer_customer?access_token=${token}`, {
      method: 'POST',
      body: JSON.stringify({ handover_userid: 'zhangsan', takeover_userid: 'wangwu', external_userid: ['wmA'] }),
    })
    await scene.start()
    await scene.advance(2 * MINUTE_MS)
    await scene.advance(MINUTE_MS)
    expect(await scene.states()).toMatchObject([{ state: 'failed', reason: '客户正在转接中（40100）' }])
  })
})

describe('the customers and groups of a guide who left', () => {
  test('are listed as unassigned, and move without the old guide having to do anything', async () => {
    await scene.befriend('zhangsan', 'wmA')
    const { chatId } = await scene.sandbox.createGroup({ name: '科普群', ownerUserId: 'zhangsan', members: ['wmA'] })
    await scene.settle()
    await scene.sandbox.removeStaff({ userId: 'zhangsan' })
    await scene.settle()
    await scene.settle()
    expect(await scene.db.tx((tx) => scene.huoshui.handover.queries.unassigned(tx))).toMatchObject([
      { userId: 'zhangsan', customers: 1 },
    ])
    const alert = {
      key: 'unassigned-customers:zhangsan',
      text: '张三（zhangsan）已离职，还有 1 位客户没有分配给新导购',
    }
    expect(await scene.alerts()).toContainEqual(expect.objectContaining(alert))
    expect(await scene.start()).toMatchObject({ plan: { departed: true, calls: { customers: 1, groups: 1 } } })
    expect(await scene.rawRows('SELECT owner FROM chat_group WHERE chat_id = ?', [chatId])).toEqual([{ owner: 'lisi' }])
    expect(scene.sandbox.world.groups.get(chatId)?.ownerUserId).toBe('lisi')
    await overNight()
    expect(await scene.states()).toMatchObject([{ state: 'done' }])
    expect(await scene.follows('wmA')).toMatchObject([
      { userid: 'lisi', active: 1, channel: '包裹卡' },
      { userid: 'zhangsan', active: 0 },
    ])
    expect([await scene.eventsOf('customer.added'), await scene.eventsOf('customer.handed-over')]).toMatchObject([
      [{}],
      [{}],
    ])
    await scene.advance(DAY_MS)
    expect(await scene.db.tx((tx) => scene.huoshui.handover.queries.unassigned(tx))).toEqual([])
    expect(await scene.alerts()).not.toContainEqual(expect.objectContaining({ key: alert.key }))
  })

  test('move as well when we never met them, or took them for lost', async () => {
    await scene.befriend('zhangsan', 'wmA')
    await scene.db.tx((tx) => tx.run(sql`DELETE FROM ${FOLLOW}`))
    await scene.sandbox.removeStaff({ userId: 'zhangsan' })
    await scene.settle()
    await scene.settle()
    await scene.start()
    await overNight()
    expect(await scene.states()).toMatchObject([{ external_userid: 'wmA', state: 'done' }])
    expect(await scene.follows('wmA')).toMatchObject([{ userid: 'lisi', active: 1 }, { active: 0 }])
  })
})

describe('groups', () => {
  test('beyond 300 a day for one new owner wait for the next day; each group’s refusal has its reason', async () => {
    await scene.db.tx((tx) =>
      tx.insertIgnore(
        HANDOVER_GROUP,
        Array.from({ length: 299 }, (_, n) => ({
          handover_id: 99,
          part: 0,
          chat_id: `wr${n}`,
          from_userid: 'wangwu',
          to_userid: 'lisi',
          state: 'done',
          due_at: scene.clock.now(),
          ended_at: scene.clock.now(),
        })),
      ),
    )
    const ids: string[] = []
    for (const name of ['一', '二', '三']) {
      ids.push((await scene.sandbox.createGroup({ name, ownerUserId: 'zhangsan' })).chatId)
      await scene.advance(1_000)
    }
    const second = scene.sandbox.world.groups.get(ids[1] ?? '')
    await scene.start({ what: 'groups' })
    const owners = () => scene.rawRows('SELECT owner FROM chat_group ORDER BY created_at, chat_id')
    expect(await owners()).toEqual([{ owner: 'lisi' }, { owner: 'zhangsan' }, { owner: 'zhangsan' }])
    if (second) second.dismissed = true
    await scene.advance(15 * HOUR_MS)
    await scene.advance(10 * MINUTE_MS)
    expect(await owners()).toEqual([{ owner: 'lisi' }, { owner: 'zhangsan' }, { owner: 'lisi' }])
    expect(
      await scene.rawRows('SELECT chat_id, state, reason FROM handover_group WHERE handover_id <> 99 ORDER BY id'),
    ).toEqual([
      { chat_id: ids[0], state: 'done', reason: null },
      { chat_id: ids[1], state: 'failed', reason: '客户群已解散（49008）' },
      { chat_id: ids[2], state: 'done', reason: null },
    ])
  })
})

async function tokenOf({ sandbox }: HandoverScene): Promise<string> {
  const { corpId, secret } = sandbox.credentials
  const query = new URLSearchParams({ corpid: corpId, corpsecret: secret })
  const answer = (await (await fetch(`${sandbox.url}/cgi-bin/gettoken?${query}`)).json()) as { access_token: string }
  return answer.access_token
}
