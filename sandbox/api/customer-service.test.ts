import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox } from '../open-test-sandbox.ts'

const KF = 'wkEpXaDQAAtest'
const WHO = 'wmEpXaDQAAtest'
let t: Awaited<ReturnType<typeof openTestSandbox>>
beforeEach(async () => {
  t = await openTestSandbox()
  await t.sandbox.addServiceAccount({ openKfId: KF, name: '客服' })
})
afterEach(() => t.close())

const say = (text: string) => t.sandbox.sayToService({ openKfId: KF, externalUserId: WHO, text })
const sync = (more: object = {}) => t.post('kf/sync_msg', { open_kfid: KF, ...more })
const token = (): string => [...t.sandbox.world.serviceDesk.tokens.keys()].at(-1) ?? ''
let nth = 0
const send = (msgid = `own-${nth++}`) =>
  t.post('kf/send_msg', { open_kfid: KF, touser: WHO, msgid, msgtype: 'text', text: { content: '好' } })
const answers = () => t.sandbox.serviceAnswers({ openKfId: KF, externalUserId: WHO }).length

it('gives messages after a cursor, short pages with has_more, none older than three days', async () => {
  await t.sandbox.setServiceDesk({ pageRows: 2 })
  for (const text of ['一', '二', '三']) await say(text)
  const first = await sync({ token: token() })
  expect(first).toMatchObject({ errcode: 0, has_more: 1, msg_list: [{ text: { content: '一' }, origin: 3 }, {}] })
  const second = await sync({ token: token(), cursor: first.next_cursor })
  expect(second).toMatchObject({ has_more: 0, msg_list: [{ text: { content: '三' } }] })
  expect(await sync({ cursor: second.next_cursor })).toMatchObject({ has_more: 0, msg_list: [] })
  expect((await sync({ cursor: 'odd' })).errcode).toBe(40058)
  t.clock.advance(3 * 86_400_000 + 1)
  expect(await sync()).toMatchObject({ has_more: 0, msg_list: [] })
})

it('a token is good for ten minutes and its own account; without one few reads a minute are', async () => {
  await say('一')
  const good = token()
  for (let read = 0; read < 10; read++) expect((await sync({ token: good })).errcode).toBe(0)
  const without = []
  for (let read = 0; read < 4; read++) without.push((await sync()).errcode)
  expect(without).toEqual([0, 0, 0, 45009])
  t.clock.advance(60_000)
  expect((await sync()).errcode).toBe(0)
  t.clock.advance(600_000)
  expect((await sync({ token: good })).errcode).toBe(95007)
})

it('five answers for what a customer says, within 48 hours, none while a servicer has the chat; one msgid is one message', async () => {
  expect((await send()).errcode).toBe(95002)
  await say('一')
  expect([(await send('own')).errcode, (await send('own')).errcode, answers()]).toEqual([0, 0, 1])
  for (let sent = 0; sent < 4; sent++) expect((await send()).errcode).toBe(0)
  expect((await send()).errcode).toBe(95001)
  await say('二')
  expect((await send()).errcode).toBe(0)
  await t.sandbox.moveServiceChat({ openKfId: KF, externalUserId: WHO, state: 3 })
  expect((await send()).errcode).toBe(95018)
  await t.sandbox.moveServiceChat({ openKfId: KF, externalUserId: WHO, state: 4 })
  expect((await send()).errcode).toBe(95013)
  await say('三')
  t.clock.advance(48 * 3_600_000)
  expect((await send()).errcode).toBe(0)
  t.clock.advance(1)
  expect((await send()).errcode).toBe(95002)
})

it('is closed to apps, or to one account, as it is told to be', async () => {
  await t.sandbox.setServiceDesk({ closedBy: 95017 })
  expect([(await sync()).errcode, (await t.post('kf/account/list', {})).errcode]).toEqual([95017, 95017])
  await t.sandbox.setServiceDesk({ closedBy: 0, withdrawn: KF })
  expect((await sync()).errcode).toBe(48007)
  expect(await t.post('kf/account/list', {})).toMatchObject({ errcode: 0, account_list: [] })
  expect((await t.post('kf/sync_msg', { open_kfid: 'wkNone' })).errcode).toBe(95000)
})
