import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../server/core/kernel/shanghai.ts'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1', state: 'expo' })
})
afterEach(() => t.close())

const pair = { handover_userid: 'zhangsan', takeover_userid: 'lisi' }
const ask = (body: object = {}) =>
  t.post('externalcontact/transfer_customer', { ...pair, external_userid: ['wm1'], ...body })
const result = async (body: object = pair) => (await t.post('externalcontact/transfer_result', body)).customer
const back = () => ask({ handover_userid: 'lisi', takeover_userid: 'zhangsan' })
const events = () =>
  t.received.map(({ xml }) =>
    ['ChangeType', 'UserID', 'Source', 'FailReason']
      .flatMap((name) => new RegExp(`<${name}><!\\[CDATA\\[(.*?)]]>`).exec(xml)?.[1] ?? [])
      .join(' '),
  )
const later = async (ms: number) => {
  t.clock.advance(ms)
  await t.sandbox.settle()
}

describe('handover of a member on the job', () => {
  it('waits a day, then moves the customer with remark and tags, and tells both members', async () => {
    await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: 'wm1', remark: '老客' })
    await t.sandbox.settle()
    t.received.length = 0
    expect(await ask()).toMatchObject({ errcode: 0, customer: [{ external_userid: 'wm1', errcode: 0 }] })
    const due = Math.floor(t.clock.now() / 1_000) + 86_400
    expect(await result()).toEqual([{ external_userid: 'wm1', status: 2, takeover_time: due }])
    await later(23 * HOUR_MS)
    expect(events()).toEqual([])
    await later(HOUR_MS)
    expect(await result()).toEqual([{ external_userid: 'wm1', status: 1, takeover_time: due }])
    expect(events().sort()).toEqual(['add_external_contact lisi', 'del_external_contact zhangsan DELETE_BY_TRANSFER'])
    const { follow_user } = await t.get('externalcontact/get', { external_userid: 'wm1' })
    expect(follow_user).toMatchObject([{ userid: 'lisi', remark: '老客', add_way: 202, oper_userid: 'zhangsan' }])
  })

  it('ends with status 3 when the customer refuses, with 4 when the new member is full by then', async () => {
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm2' })
    await ask({ external_userid: ['wm1', 'wm2'] })
    await t.sandbox.settle()
    t.received.length = 0
    await t.sandbox.refuseTransfer({ externalUserId: 'wm1' })
    await t.sandbox.limitCustomers({ userId: 'lisi', most: 0 })
    await later(DAY_MS)
    expect(await result()).toEqual([
      { external_userid: 'wm1', status: 3 },
      { external_userid: 'wm2', status: 4 },
    ])
    expect(events()).toEqual(['transfer_fail lisi customer_refused', 'transfer_fail lisi customer_limit_exceed'])
    await expect(t.sandbox.refuseTransfer({ externalUserId: 'wm1' })).rejects.toThrow('没有等待中的继承')
  })

  it('is done at once, without an add event, when the new member is a friend already', async () => {
    await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
    await t.sandbox.settle()
    t.received.length = 0
    await ask()
    await t.sandbox.settle()
    expect(await result()).toMatchObject([{ status: 1 }])
    expect(events()).toEqual(['del_external_contact zhangsan DELETE_BY_TRANSFER'])
  })

  it('tells for each customer why not', async () => {
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm2' })
    await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wm2' })
    await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm3' })
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm4' })
    await ask()
    await t.sandbox.limitCustomers({ userId: 'lisi', most: 1 })
    const { customer } = await ask({ external_userid: ['wm1', 'wm2', 'wm3', 'wm4', 'wm9'] })
    expect((customer as { errcode: number }[]).map((one) => one.errcode)).toEqual([40100, 84061, 40131, 40099, 40096])
  })

  it('moves one customer twice in 90 natural days, not three times', async () => {
    await ask()
    await later(DAY_MS)
    await back()
    await later(DAY_MS)
    expect((await ask()).customer).toEqual([{ external_userid: 'wm1', errcode: 40128 }])
    await later(89 * DAY_MS)
    expect((await ask()).customer).toEqual([{ external_userid: 'wm1', errcode: 0 }])
  })

  it('refuses wrong members, too many customers and too long a message', async () => {
    expect((await ask({ takeover_userid: 'zhangsan' })).errcode).toBe(40130)
    expect((await ask({ takeover_userid: 'nobody' })).errcode).toBe(40003)
    await t.sandbox.addStaff({ userId: 'hr', name: '人事', canContact: false })
    expect((await ask({ takeover_userid: 'hr' })).errcode).toBe(84083)
    expect((await ask({ external_userid: Array(101).fill('wm1') })).errcode).toBe(40058)
    expect((await ask({ transfer_success_msg: '长'.repeat(201) })).errcode).toBe(40058)
  })
})

describe('handover of a member who left', () => {
  const left = { handover_userid: 'zhangsan', takeover_userid: 'lisi' }
  const askLeft = () => t.post('externalcontact/resigned/transfer_customer', { ...left, external_userid: ['wm1'] })

  it('lists the unassigned customers, and moves them without a word to the member who is gone', async () => {
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm2' })
    expect((await askLeft()).errcode).toBe(40097)
    await t.sandbox.removeStaff({ userId: 'zhangsan' })
    const left_at = Math.floor(t.clock.now() / 1_000)
    const first = await t.post('externalcontact/get_unassigned_list', { page_size: 1 })
    expect(first).toMatchObject({ is_last: false, info: [{ external_userid: 'wm1', dimission_time: left_at }] })
    const second = await t.post('externalcontact/get_unassigned_list', { page_size: 1, cursor: first.next_cursor })
    expect(second).toMatchObject({ is_last: true, info: [{ external_userid: 'wm2' }] })
    expect((await askLeft()).customer).toEqual([{ external_userid: 'wm1', errcode: 0 }])
    await t.sandbox.settle()
    t.received.length = 0
    await later(DAY_MS)
    expect(events()).toEqual(['add_external_contact lisi'])
    expect((await t.post('externalcontact/resigned/transfer_result', left)).customer).toMatchObject([{ status: 1 }])
    expect(await result()).toEqual([])
  })

  it('ends a year after the member left', async () => {
    await t.sandbox.removeStaff({ userId: 'zhangsan' })
    await later(366 * DAY_MS)
    expect((await askLeft()).errcode).toBe(40003)
  })
})

describe('handover of groups', () => {
  const give = async (chatIds: string[], path = 'onjob_transfer') =>
    (await t.post(`externalcontact/groupchat/${path}`, { chat_id_list: chatIds, new_owner: 'lisi' })).failed_chat_list
  const codes = (failed: unknown) => (failed as { errcode: number }[]).map((one) => one.errcode)

  it('makes the new owner at once, and tells which groups failed and why', async () => {
    const { chatId } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'zhangsan' })
    expect(await give([chatId])).toEqual([])
    const { group_chat } = await t.post('externalcontact/groupchat/get', { chat_id: chatId })
    expect(group_chat).toMatchObject({ owner: 'lisi' })
    expect(codes(await give([chatId, 'wrNone']))).toEqual([90504, 90501])
    expect(codes(await give([chatId], 'transfer'))).toEqual([90500])
  })

  it('gives one member at most 300 groups a day', async () => {
    const ids: string[] = []
    for (let n = 0; n < 301; n++) {
      ids.push((await t.sandbox.createGroup({ name: `群${n}`, ownerUserId: 'zhangsan' })).chatId)
    }
    await t.sandbox.removeStaff({ userId: 'zhangsan' })
    for (let at = 0; at < 300; at += 100) expect(await give(ids.slice(at, at + 100), 'transfer')).toEqual([])
    expect(codes(await give(ids.slice(300), 'transfer'))).toEqual([45009])
    await later(DAY_MS)
    expect(await give(ids.slice(300), 'transfer')).toEqual([])
  })
})
