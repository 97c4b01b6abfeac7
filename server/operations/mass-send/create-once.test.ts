import { afterEach, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { sendQueries } from './send-queries.ts'
import { openSendDesk, type SendDesk, type SendDeskOptions, WELFARE_DAY } from './testing/send-desk.ts'

const opened: SendDesk[] = []
afterEach(async () => {
  for (const desk of opened.splice(0).reverse()) await desk.close()
})
async function open(options: SendDeskOptions = {}): Promise<SendDesk> {
  const desk = await openSendDesk(options)
  opened.push(desk)
  return desk
}

const creations = (desk: SendDesk): number => desk.sandbox.calls('externalcontact/add_msg_template').length
const searches = (desk: SendDesk): number => desk.sandbox.calls('externalcontact/get_groupmsg_list_v2').length
const tasksOf = (desk: SendDesk) => [...desk.sandbox.world.massSends.values()]

/** At ten WeCom makes the task, and the process dies before it can write that down. Gives the next process. */
async function crashAfterCreation(desk: SendDesk, downMs = 0): Promise<SendDesk> {
  const { tx } = desk.db
  Object.assign(desk.db, {
    tx: (work: Parameters<typeof tx>[0]) => (creations(desk) > 0 ? Promise.reject(new Error('killed')) : tx(work)),
  })
  await desk.advance(MINUTE_MS).catch(() => undefined)
  Object.assign(desk.db, { tx })
  const running = await desk.rows(`SELECT id FROM action WHERE kind = 'mass-send.create' AND state = 'running'`)
  expect(running).not.toEqual([])
  // Not `advance`: the dead process must not go on.
  desk.clock.advance(downMs + MINUTE_MS)
  const next = await desk.again()
  opened.push(next)
  return next
}

test('the task of a dead process is found and adopted, not made again', async () => {
  const first = await open()
  await first.befriend('zhangsan', 'wmA', 'wmB')
  const desk = await crashAfterCreation(first)
  for (let i = 0; i < 4; i++) await desk.advance(MINUTE_MS)
  expect(creations(desk)).toBe(1)
  const [task] = tasksOf(desk)
  expect(await desk.rows('SELECT state, msgid FROM send_batch')).toEqual([{ state: 'created', msgid: task?.msgid }])
  await desk.confirmAll('zhangsan')
  await desk.advance(5 * MINUTE_MS)
  expect(await desk.outcomes()).toEqual(['wmA sent', 'wmB sent'])
})

test('two tasks of one guide with one text are told apart by their customers', async () => {
  const more = WELFARE_DAY.replace('周三福利日', '另一个').replace('follow.active: true', 'channel: 门店')
  const first = await open({
    sends: `${WELFARE_DAY.replace('follow.active: true', 'channel: { known: false }')}---${more}`,
    config: { 'channels/store.yaml': 'channel: 门店\nstate: store\nguides: [zhangsan]\n' },
    // Both calls are under way when the first is answered.
    sandbox: { latencyMs: 50 },
  })
  await first.befriend('zhangsan', 'wmA')
  await first.sandbox.scan({ state: 'store', externalUserId: 'wmB' })
  await first.settle()
  const desk = await crashAfterCreation(first)
  const { massSends } = desk.sandbox.world
  const made = [...massSends].reverse()
  expect(made).toHaveLength(2)
  // In another order than ours.
  massSends.clear()
  for (const [msgid, task] of made) massSends.set(msgid, task)
  for (let i = 0; i < 4; i++) await desk.advance(MINUTE_MS)
  expect(creations(desk)).toBe(2)
  const rows = await desk.rows<{ external_userid: string; msgid: string }>(
    `SELECT r.external_userid, b.msgid FROM send_recipient r JOIN send_batch b ON b.id = r.batch_id
     ORDER BY r.external_userid`,
  )
  expect(rows.map((row) => row.external_userid)).toEqual(['wmA', 'wmB'])
  for (const { external_userid, msgid } of rows) {
    const results = desk.sandbox.world.massSends.get(msgid)?.tasks.get('zhangsan')?.results
    expect([...(results?.keys() ?? [])]).toEqual([external_userid])
  }
})

test('when WeCom does not tell whose task it is, nothing is sent twice; it is adopted once WeCom tells', async () => {
  const first = await open()
  await first.befriend('zhangsan', 'wmA', 'wmB')
  const desk = await crashAfterCreation(first)
  const results = tasksOf(desk)[0]?.tasks.get('zhangsan')?.results ?? new Map()
  const kept = [...results]
  results.clear()
  for (let i = 0; i < 5; i++) await desk.advance(3 * MINUTE_MS)
  expect(creations(desk)).toBe(1)
  expect(await desk.db.tx((tx) => sendQueries.unclear(tx))).toMatchObject([{ userId: 'zhangsan', customers: 2 }])

  for (const [id, result] of kept) results.set(id, result)
  await desk.advance(5 * MINUTE_MS)
  expect(await desk.rows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
  expect(creations(desk)).toBe(1)
})

test('down beyond the time in which it may be created: adopted all the same, since guides see it', async () => {
  const first = await open()
  await first.befriend('zhangsan', 'wmA')
  const desk = await crashAfterCreation(first, 7 * HOUR_MS)
  await desk.advance(5 * MINUTE_MS)
  expect(creations(desk)).toBe(1)
  expect(await desk.rows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
})

test('the same, but WeCom has no such task: its customers are told to have got nothing', async () => {
  const first = await open()
  await first.befriend('zhangsan', 'wmA')
  const desk = await crashAfterCreation(first, 7 * HOUR_MS)
  desk.sandbox.world.massSends.clear()
  await desk.advance(5 * MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(creations(desk)).toBe(1)
  expect(await desk.timeline('wmA')).toEqual(['群发「周三福利日」未送达：未能在时限内创建群发，已作废'])
  expect(await desk.db.tx((tx) => sendQueries.runs(tx))).toMatchObject([{ state: 'finished' }])
})

test('an answer that got lost on the way: looked for first, then made again because there is none', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  desk.sandbox.faults.set({ path: 'externalcontact/add_msg_template', http: 502, times: 1 })
  for (let i = 0; i < 7; i++) await desk.advance(MINUTE_MS)
  expect(searches(desk)).toBeGreaterThan(0)
  expect(tasksOf(desk)).toHaveLength(1)
  expect(await desk.rows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
})

test('a plain refusal for now (45009) is tried again without a search', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  desk.sandbox.faults.set({ path: 'externalcontact/add_msg_template', errcode: 45009, times: 1 })
  await desk.advance(MINUTE_MS)
  await desk.advance(2 * MINUTE_MS)
  expect(searches(desk)).toBe(0)
  expect(tasksOf(desk)).toHaveLength(1)
})
