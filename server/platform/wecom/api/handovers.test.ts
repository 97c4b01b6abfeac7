import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../../../../sandbox/sandbox.ts'
import { createSettableClock, type SettableClock } from '../../../core/kernel/clock.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import { createWecom, type Wecom } from '../wecom.ts'

let sandbox: Sandbox
let clock: SettableClock
let wecom: Wecom

beforeEach(async () => {
  clock = createSettableClock('2026-03-01T09:00:00+08:00')
  sandbox = createSandbox({ clock })
  const url = await sandbox.listen()
  const { corpId, agentId, secret } = sandbox.credentials
  wecom = createWecom({ apiBase: url, oauthBase: url, corpId, agentId, secret, clock })
  await sandbox.scan({ userId: 'zhangsan', externalUserId: 'wm1' })
})
afterEach(async () => {
  wecom.close()
  await sandbox.close()
})

const pair = { handover_userid: 'zhangsan', takeover_userid: 'lisi' }

test('a customer of a member on the job is asked for, waits, and has moved a day later', async () => {
  const asked = await wecom.handovers.transfer({ ...pair, external_userid: ['wm1'], transfer_success_msg: '您好' })
  expect(asked.customer).toEqual([{ external_userid: 'wm1', errcode: 0 }])
  expect((await wecom.handovers.results(pair)).customer).toMatchObject([{ status: 2 }])
  clock.advance(DAY_MS)
  expect((await wecom.handovers.results(pair)).customer).toMatchObject([{ external_userid: 'wm1', status: 1 }])
})

test('customers and groups of a member who left are listed, asked for and moved', async () => {
  const { chatId } = await sandbox.createGroup({ name: '群', ownerUserId: 'zhangsan' })
  await expect(wecom.handovers.transferResigned({ ...pair, external_userid: ['wm1'] })).rejects.toMatchObject({
    errcode: 40097,
    retry: 'never',
  })
  await sandbox.removeStaff({ userId: 'zhangsan' })
  expect(await wecom.handovers.unassigned()).toMatchObject({ info: [{ external_userid: 'wm1' }], is_last: true })
  await wecom.handovers.transferResigned({ ...pair, external_userid: ['wm1'] })
  expect((await wecom.handovers.resignedResults(pair)).customer).toMatchObject([{ status: 2 }])
  const groups = { chat_id_list: [chatId, 'wrNone'], new_owner: 'lisi' }
  expect((await wecom.handovers.transferGroupsResigned(groups)).failed_chat_list).toMatchObject([{ errcode: 90501 }])
  expect((await wecom.handovers.transferGroups(groups)).failed_chat_list).toMatchObject([
    { errcode: 90504 },
    { errcode: 90501 },
  ])
  clock.advance(DAY_MS)
  expect((await wecom.handovers.unassigned()).info).toEqual([])
})

test('the old call moves one customer, and throws that customer’s refusal', async () => {
  await wecom.handovers.transferOne({ ...pair, external_userid: 'wm1' })
  await expect(wecom.handovers.transferOne({ ...pair, external_userid: 'wm1' })).rejects.toMatchObject({
    errcode: 40100,
  })
})

test('what breaks a documented limit is told in Chinese and not sent', async () => {
  const tooLong = { ...pair, external_userid: ['wm1'], transfer_success_msg: '长'.repeat(201) }
  await expect((async () => wecom.handovers.transfer(tooLong))()).rejects.toMatchObject({
    zh: '「转接成功后发给客户的话」有 201 个字，最多 200 个字',
  })
  const tooMany = { ...pair, external_userid: Array.from({ length: 101 }, (_, n) => `wm${n}`) }
  await expect((async () => wecom.handovers.transfer(tooMany))()).rejects.toMatchObject({ code: 'wecom.bad-request' })
  expect(sandbox.calls('transfer_customer')).toEqual([])
})
