import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../server/core/kernel/clock.ts'
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'
import { createSandbox } from './sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

interface GroupAnswer {
  name: string
  member_version: string
  member_list: { userid: string }[]
}

describe('eventual consistency', () => {
  it('tells of a group as it was, change by change, until the lag is over', async () => {
    t.sandbox.moods.groupLagMs = 5_000
    await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
    const { chatId } = await t.sandbox.createGroup({ name: '旧名', ownerUserId: 'lisi' })
    const told = async () => {
      const { group_chat } = await t.post('externalcontact/groupchat/get', { chat_id: chatId })
      const { name, member_list } = group_chat as GroupAnswer
      return [name, member_list.map((member) => member.userid)]
    }
    await t.sandbox.joinGroup({ externalUserId: 'wm1', chatId })
    t.clock.advance(2_000)
    await t.sandbox.renameGroup({ chatId, name: '新名' })
    expect(await told()).toEqual(['旧名', ['lisi']])
    t.clock.advance(3_000)
    expect(await told()).toEqual(['旧名', ['lisi', 'wm1']])
    t.clock.advance(2_000)
    expect(await told()).toEqual(['新名', ['lisi', 'wm1']])
  })

  it('tells of a new tag later', async () => {
    t.sandbox.moods.tagLagMs = 3_000
    await t.sandbox.createTag({ group: '来源', name: '直播' })
    expect((await t.post('externalcontact/get_corp_tag_list')).tag_group).toEqual([])
    t.clock.advance(3_000)
    expect((await t.post('externalcontact/get_corp_tag_list')).tag_group).toMatchObject([{ group_name: '来源' }])
  })

  it('tells of a confirmed mass send later', async () => {
    t.sandbox.moods.resultLagMs = 60_000
    await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
    const made = await t.post('externalcontact/add_msg_template', { sender: 'lisi', text: { content: '你好' } })
    const msgid = String(made.msgid)
    t.clock.advance(2_000)
    await t.sandbox.confirmMassSend({ msgid, userId: 'lisi' })
    const told = async () => {
      const { task_list } = await t.post('externalcontact/get_groupmsg_task', { msgid })
      const { send_list } = await t.post('externalcontact/get_groupmsg_send_result', { msgid, userid: 'lisi' })
      return [task_list, send_list]
    }
    expect(await told()).toMatchObject([[{ status: 0 }], [{ status: 0 }]])
    t.clock.advance(60_000)
    expect(await told()).toMatchObject([[{ status: 2 }], [{ status: 1 }]])
  })
})

describe('a rival app', () => {
  const welcome = (welcome_code: string | undefined) =>
    t.post('externalcontact/send_welcome_msg', { welcome_code, text: { content: '你好' } })

  it('has welcomed already: 41051 for good', async () => {
    const { welcomeCode } = await t.sandbox.scan({ userId: 'lisi', rival: 'wins' })
    expect((await welcome(welcomeCode)).errcode).toBe(41051)
  })

  it('is sending just now: 41096, then the code is free', async () => {
    const { welcomeCode } = await t.sandbox.scan({ userId: 'lisi', rival: 'sends' })
    expect((await welcome(welcomeCode)).errcode).toBe(41096)
    t.clock.advance(2_000)
    expect((await welcome(welcomeCode)).errcode).toBe(0)
  })

  it('comes for the given share of new friends', async () => {
    t.sandbox.setMoods({ rivalWins: 0.5 })
    const codes: number[] = []
    for (let n = 0; n < 30; n++) {
      const { welcomeCode } = await t.sandbox.scan({ userId: 'lisi', externalUserId: `wm${n}` })
      codes.push((await welcome(welcomeCode)).errcode)
    }
    expect(new Set(codes)).toEqual(new Set([0, 41051]))
  })
})

describe('a member whose account has a fault', () => {
  it('is left out of the customers read, with a word, when unlicensed', async () => {
    await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm2' })
    t.sandbox.setStaffState({ userId: 'lisi', state: 'unlicensed' })
    const read = (...userid_list: string[]) => t.post('externalcontact/batch/get_by_user', { userid_list })
    const both = await read('lisi', 'zhangsan')
    expect(both.external_contact_list).toMatchObject([{ external_contact: { external_userid: 'wm2' } }])
    expect(both.fail_info).toEqual({ unlicensed_userid_list: ['lisi'] })
    expect((await read('lisi')).errcode).toBe(701008)
    expect((await t.get('externalcontact/list', { userid: 'lisi' })).errcode).toBe(701008)
    t.sandbox.setStaffState({ userId: 'lisi' })
    expect((await read('lisi')).external_contact_list).toHaveLength(1)
  })

  it('cannot stand on a code when inactive, nor take over when dormant', async () => {
    t.sandbox.setStaffState({ userId: 'lisi', state: 'inactive' })
    const way = { type: 1, scene: 2, user: ['lisi'] }
    expect((await t.post('externalcontact/add_contact_way', way)).errcode).toBe(41054)
    t.sandbox.setStaffState({ userId: 'lisi', state: 'dormant' })
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
    const ask = { handover_userid: 'zhangsan', takeover_userid: 'lisi', external_userid: ['wm1'] }
    expect((await t.post('externalcontact/transfer_customer', ask)).errcode).toBe(40205)
  })

  it('neither adds nor sends while limited', async () => {
    await t.sandbox.scan({ userId: 'lisi', externalUserId: 'wm1' })
    const { msgid } = await t.post('externalcontact/add_msg_template', { sender: 'lisi', text: { content: '你好' } })
    t.sandbox.setStaffState({ userId: 'lisi', state: 'limited' })
    await expect(t.sandbox.scan({ userId: 'lisi' })).rejects.toThrow('被限制')
    await expect(t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'lisi' })).rejects.toThrow('被限制')
  })
})

describe('the clock', () => {
  it('of a running sandbox is moved in steps, and what is due at each is done', async () => {
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
    const ask = { handover_userid: 'zhangsan', takeover_userid: 'lisi', external_userid: ['wm1'] }
    await t.post('externalcontact/transfer_customer', ask)
    const before = t.clock.now()
    const { nowMs } = await t.sandbox.moveClock({ ms: 2 * 86_400_000, steps: 4 })
    expect(nowMs - before).toBe(2 * 86_400_000)
    const joined = t.received.find(({ xml }) => xml.includes('<UserID><![CDATA[lisi]]>'))
    expect(joined?.xml).toContain('<CreateTime>1740877200</CreateTime>')
  })

  it('stands above the machine clock: welcome codes die, callbacks are still signed with Huoshui’s time', async () => {
    const sandbox = createSandbox({ clock: systemClock })
    const { welcomeCode } = await sandbox.scan({ userId: 'lisi' })
    const before = Date.now()
    const { nowMs } = await sandbox.moveClock({ ms: 60_000 })
    expect(nowMs - before).toBeGreaterThanOrEqual(60_000)
    expect(nowMs - before).toBeLessThan(65_000)
    expect(sandbox.world.welcomeCodes.get(welcomeCode ?? '')?.expiresAtMs).toBeLessThan(nowMs)
    await sandbox.close()
  })
})
