import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestSandbox, type TestSandbox } from '../open-test-sandbox.ts'

let t: TestSandbox
beforeEach(async () => {
  t = await openTestSandbox()
})
afterEach(() => t.close())

const scan = (id: string, userId = 'zhangsan') => t.sandbox.scan({ userId, externalUserId: id })
const create = (body: object) => t.post('externalcontact/add_msg_template', { text: { content: '周末加餐' }, ...body })
const tasks = async (msgid: unknown) => (await t.post('externalcontact/get_groupmsg_task', { msgid })).task_list
const results = async (msgid: unknown, userid = 'zhangsan') =>
  (await t.post('externalcontact/get_groupmsg_send_result', { msgid, userid })).send_list

it('waits for the guide, then reaches friends only', async () => {
  for (const id of ['wm1', 'wm2', 'wm3']) await scan(id)
  const { msgid } = await create({ sender: 'zhangsan' })
  t.clock.advance(2_000)
  expect(await tasks(msgid)).toEqual([{ userid: 'zhangsan', status: 0 }])
  expect(t.sandbox.pendingMassSends('zhangsan')).toHaveLength(1)
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: 'wm2' })
  expect(await t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'zhangsan' })).toMatchObject({
    1: 2,
    2: 1,
    3: 0,
  })
  expect(await tasks(msgid)).toEqual([{ userid: 'zhangsan', status: 2, send_time: 1740790802 }])
  expect(await results(msgid)).toEqual([
    { external_userid: 'wm1', userid: 'zhangsan', status: 1, send_time: 1740790802 },
    { external_userid: 'wm2', userid: 'zhangsan', status: 2 },
    { external_userid: 'wm3', userid: 'zhangsan', status: 1, send_time: 1740790802 },
  ])
  expect(t.sandbox.messagesOf('wm1').at(-1)).toMatchObject({ text: '周末加餐', via: 'mass-send' })
  expect(t.sandbox.pendingMassSends('zhangsan')).toEqual([])
})

it('refuses the first read right after creation, and only that one', async () => {
  await scan('wm1')
  const { msgid } = await create({ sender: 'zhangsan' })
  const read = () => t.post('externalcontact/get_groupmsg_task', { msgid })
  expect((await read()).errcode).toBe(41063)
  expect((await read()).errcode).toBe(0)
})

it('answers status 3 beyond as many messages as the month has days', async () => {
  await scan('wm1')
  let last: unknown
  for (let i = 0; i < 32; i++) {
    last = (await create({ sender: 'zhangsan' })).msgid
    await t.sandbox.confirmMassSend({ msgid: String(last), userId: 'zhangsan' })
  }
  t.clock.advance(2_000)
  expect(await results(last)).toEqual([{ external_userid: 'wm1', userid: 'zhangsan', status: 3 }])
})

it('goes to the guide who talked last when no sender is named', async () => {
  await scan('wm1', 'zhangsan')
  await scan('wm1', 'lisi')
  t.clock.advance(1_000)
  await t.sandbox.say({ externalUserId: 'wm1', userId: 'zhangsan', text: '在吗' })
  const { msgid, fail_list } = await create({ external_userid: ['wm1', 'wm9'] })
  expect(fail_list).toEqual(['wm9'])
  t.clock.advance(2_000)
  expect(await tasks(msgid)).toEqual([{ userid: 'zhangsan', status: 0 }])
})

it('without a sender one task is of several guides, each of whom confirms, is told and is taken it from by themselves', async () => {
  for (const id of ['wm1', 'wm2', 'wm3']) await scan(id, 'zhangsan')
  t.clock.advance(1_000)
  for (const id of ['wm2', 'wm3']) await scan(id, 'lisi')
  t.clock.advance(1_000)
  // Whoever was added last is not who talked last.
  await t.sandbox.say({ externalUserId: 'wm2', userId: 'zhangsan', text: '在吗' })
  const { msgid } = await create({ external_userid: ['wm1', 'wm2', 'wm3'] })
  t.clock.advance(2_000)
  const unsent = (userid: string, id: string) => ({ external_userid: id, userid, status: 0 })
  expect(await tasks(msgid)).toEqual([
    { userid: 'zhangsan', status: 0 },
    { userid: 'lisi', status: 0 },
  ])
  expect(await results(msgid)).toEqual([unsent('zhangsan', 'wm1'), unsent('zhangsan', 'wm2')])
  expect(await results(msgid, 'lisi')).toEqual([unsent('lisi', 'wm3')])
  await t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'zhangsan' })
  expect((await tasks(msgid)) as object).toMatchObject([{ status: 2 }, { status: 0 }])
  await t.post('externalcontact/cancel_groupmsg_send', { msgid })
  expect(t.sandbox.pendingMassSends('lisi')).toEqual([])
  expect((await results(msgid)) as object).toMatchObject([{ status: 1 }, { status: 1 }])
  expect(await results(msgid, 'lisi')).toEqual([unsent('lisi', 'wm3')])
})

it('selects by tags: any of a list, all of the lists', async () => {
  for (const id of ['wm1', 'wm2', 'wm3']) await scan(id)
  const [a, b, c] = await Promise.all(['甲', '乙', '丙'].map((name) => t.sandbox.createTag({ group: '层', name })))
  const put = (id: string, ...tags: (typeof a)[]) =>
    t.sandbox.editTags({ userId: 'zhangsan', externalUserId: id, add: tags.flatMap((tag) => tag?.id ?? []) })
  await put('wm1', a, c)
  await put('wm2', b)
  await put('wm3', b, c)
  const filter = { group_list: [{ tag_list: [a?.id, b?.id] }, { tag_list: [c?.id] }] }
  const { msgid } = await create({ sender: 'zhangsan', tag_filter: filter })
  expect([...(t.sandbox.world.massSends.get(String(msgid))?.tasks.get('zhangsan')?.results.keys() ?? [])]).toEqual([
    'wm1',
    'wm3',
  ])
})

it('sends to the groups of the sender', async () => {
  const own = await t.sandbox.createGroup({ name: '科普群', ownerUserId: 'zhangsan' })
  const other = await t.sandbox.createGroup({ name: '别人的群', ownerUserId: 'lisi' })
  const body = { chat_type: 'group', sender: 'zhangsan', chat_id_list: [own.chatId, other.chatId] }
  const { msgid, fail_list } = await create(body)
  expect(fail_list).toEqual([other.chatId])
  t.clock.advance(2_000)
  expect(await results(msgid)).toEqual([])
  await t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'zhangsan' })
  expect(await results(msgid)).toMatchObject([{ chat_id: own.chatId, status: 1 }])
  expect(own.messages).toMatchObject([{ text: '周末加餐' }])
})

it('can be reminded three times a day and cancelled once', async () => {
  await scan('wm1')
  const { msgid } = await create({ sender: 'zhangsan' })
  const remind = async () => (await t.post('externalcontact/remind_groupmsg_send', { msgid })).errcode
  expect([await remind(), await remind(), await remind(), await remind()]).toEqual([0, 0, 0, 41094])
  const cancel = async () => (await t.post('externalcontact/cancel_groupmsg_send', { msgid })).errcode
  expect([await cancel(), await cancel(), await remind()]).toEqual([0, 41093, 41093])
  expect(t.sandbox.pendingMassSends('zhangsan')).toEqual([])
  await expect(t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'zhangsan' })).rejects.toThrow('取消')
})

it.each([
  [{}, 40058],
  [{ sender: 'nobody' }, 40003],
  [{ sender: 'lisi' }, 41048],
  [{ chat_type: 'all' }, 86214],
  [{ sender: 'zhangsan', text: { content: '' } }, 40058],
  [{ external_userid: Array(10_001).fill('wm1') }, 40058],
])('refuses %# with %i', async (body, errcode) => {
  await scan('wm1')
  expect((await create(body)).errcode).toBe(errcode)
})

it('lists the mass messages of a month', async () => {
  await scan('wm1')
  const { msgid } = await create({ sender: 'zhangsan' })
  const span = { chat_type: 'single', start_time: 1740790000, end_time: 1740791000 }
  const list = await t.post('externalcontact/get_groupmsg_list_v2', span)
  expect(list).toMatchObject({
    group_msg_list: [{ msgid, text: { content: '周末加餐' }, create_time: 1740790800 }],
    next_cursor: '',
  })
  const long = { ...span, start_time: 0 }
  expect((await t.post('externalcontact/get_groupmsg_list_v2', long)).errcode).toBe(40058)
  expect((await t.post('externalcontact/get_groupmsg_task', { msgid: 'msgx' })).errcode).toBe(41047)
})

it('guides and group owners confirm by themselves, as many and as late as the mood has it; not what was cancelled before', async () => {
  Object.assign(t.sandbox.moods, { confirmShare: 0.5, confirmAfterMs: 60_000 })
  const groups = await Promise.all(
    Array.from({ length: 40 }, (_, n) => t.sandbox.createGroup({ name: `群${n}`, ownerUserId: 'zhangsan' })),
  )
  const made: string[] = []
  for (const { chatId } of groups) {
    const { msgid } = await create({ chat_type: 'group', sender: 'zhangsan', chat_id_list: [chatId] })
    made.push(String(msgid))
  }
  const drawn = t.sandbox.world.confirmations.map(({ send }) => send.msgid)
  expect(drawn.length).toBeGreaterThan(10)
  expect(drawn.length).toBeLessThan(30)
  await t.post('externalcontact/cancel_groupmsg_send', { msgid: drawn[0] })
  t.clock.advance(25_000)
  expect(t.sandbox.pendingMassSends('zhangsan')).toHaveLength(39)
  t.clock.advance(70_000)
  const sent = groups.filter(({ messages }) => messages.length > 0)
  expect(sent).toEqual([])
  expect(t.sandbox.pendingMassSends('zhangsan')).toHaveLength(40 - drawn.length)
  expect(groups.filter(({ messages }) => messages.length > 0)).toHaveLength(drawn.length - 1)
  const done = made.filter((msgid) => t.sandbox.world.massSends.get(msgid)?.tasks.get('zhangsan')?.status === 2)
  expect(done.sort()).toEqual(drawn.slice(1).sort())
})

it.each([
  ['day', 1, '2025-03-01T23:59:00+08:00', '2025-03-02T00:00:00+08:00'],
  ['week', 7, '2025-03-02T23:59:00+08:00', '2025-03-03T00:00:00+08:00'],
] as const)(
  'reception tightened to the %s: %i, and more when the next one begins',
  async (reception, most, last, next) => {
    t.sandbox.moods.reception = reception
    const { chatId, messages } = await t.sandbox.createGroup({ name: '群', ownerUserId: 'zhangsan' })
    const send = async () => {
      const { msgid } = await create({ chat_type: 'group', sender: 'zhangsan', chat_id_list: [chatId] })
      await t.sandbox.confirmMassSend({ msgid: String(msgid), userId: 'zhangsan' })
    }
    t.clock.set(Date.parse(last))
    for (let n = 0; n <= most; n++) await send()
    expect(messages).toHaveLength(most)
    t.clock.set(Date.parse(next))
    await send()
    expect(messages).toHaveLength(most + 1)
  },
)
