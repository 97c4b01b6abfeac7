import { afterEach, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../kernel/shanghai.ts'
import { openSendDesk, type SendDeskOptions } from './testing/send-desk.ts'

type Desk = Awaited<ReturnType<typeof openSendDesk>>
const opened: Desk[] = []
afterEach(async () => {
  for (const desk of opened.splice(0).reverse()) await desk.close()
})

async function open(options: Partial<SendDeskOptions> = {}): Promise<Desk> {
  const sends = [{ send: '福利日', audience: {}, content: { text: '今天有福利' }, cron: '0 10 * * *' }]
  const desk = await openSendDesk({ sends, ...options })
  opened.push(desk)
  return desk
}

const creations = (desk: Desk): number => desk.sandbox.calls('externalcontact/add_msg_template').length
const tasksOf = (desk: Desk) => [...desk.sandbox.world.massSends.values()]

/** At ten WeCom makes the task, and the process dies before it can write that down. Gives the next process. */
async function crashAfterCreation(options: Partial<SendDeskOptions> = {}, downMs = 0): Promise<Desk> {
  const desk = await open(options)
  await desk.befriend('zhangsan', 'wmA')
  await desk.befriend('zhangsan', 'wmB')
  const { tx } = desk.db
  const isDead = (): boolean => creations(desk) > 0
  Object.assign(desk.db, {
    tx: (work: Parameters<typeof tx>[0]) => (isDead() ? Promise.reject(new Error('killed')) : tx(work)),
  })
  desk.clock.advance(MINUTE_MS)
  await desk.settle().catch(() => undefined)
  Object.assign(desk.db, { tx })
  expect(tasksOf(desk).length).toBeGreaterThan(0)
  expect(await desk.rows(`SELECT state FROM action WHERE kind = 'mass-send.create' AND state = 'running'`)).not.toEqual(
    [],
  )
  desk.clock.advance(downMs)
  return open({ databaseUrl: desk.databaseUrl, platform: desk.platform, ...options })
}

test('the task of a dead process is found and adopted, not made again', async () => {
  const desk = await crashAfterCreation()
  await desk.advance(3 * MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(creations(desk)).toBe(1)
  const [task] = tasksOf(desk)
  expect(await desk.rows('SELECT state, msgid FROM send_batch')).toEqual([{ state: 'created', msgid: task?.msgid }])
  await desk.sandbox.confirmMassSend({ msgid: task?.msgid ?? '', userId: 'zhangsan' })
  await desk.advance(5 * MINUTE_MS)
  expect(await desk.outcomes()).toEqual(['wmA sent', 'wmB sent'])
})

test('several tasks of one guide with one text are told apart by their customers', async () => {
  const desk = await crashAfterCreation({ mostPerTask: 1 })
  await desk.advance(3 * MINUTE_MS)
  await desk.advance(MINUTE_MS)
  await desk.advance(3 * MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(creations(desk)).toBe(2)
  const rows = await desk.rows<{ external_userid: string; msgid: string }>(
    'SELECT r.external_userid, b.msgid FROM send_recipient r JOIN send_batch b ON b.id = r.batch_id ORDER BY 1',
  )
  for (const { external_userid, msgid } of rows) {
    expect([...(desk.sandbox.world.massSends.get(msgid)?.tasks.get('zhangsan')?.results.keys() ?? [])]).toEqual([
      external_userid,
    ])
  }
})

test('when WeCom does not tell whose task it is, nothing is sent twice; it is adopted once WeCom tells', async () => {
  const desk = await crashAfterCreation()
  const results = tasksOf(desk)[0]?.tasks.get('zhangsan')?.results ?? new Map()
  const kept = [...results]
  results.clear()
  for (let i = 0; i < 5; i++) await desk.advance(3 * MINUTE_MS)
  expect(creations(desk)).toBe(1)
  expect(await desk.db.tx((tx) => desk.massSend.queries.unclear(tx))).toMatchObject([
    { userId: 'zhangsan', customers: 2 },
  ])

  for (const [id, result] of kept) results.set(id, result)
  await desk.advance(5 * MINUTE_MS)
  expect(await desk.rows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
  expect(creations(desk)).toBe(1)
})

test('down beyond the time in which it may be created: adopted all the same, since guides see it', async () => {
  const desk = await crashAfterCreation({}, 7 * HOUR_MS)
  await desk.advance(5 * MINUTE_MS)
  expect(creations(desk)).toBe(1)
  expect(await desk.rows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
})

test('the same, but WeCom has no such task: its customers are told to have got nothing', async () => {
  const desk = await crashAfterCreation({}, 7 * HOUR_MS)
  desk.sandbox.world.massSends.clear()
  await desk.advance(5 * MINUTE_MS)
  await desk.advance(MINUTE_MS)
  expect(creations(desk)).toBe(1)
  expect(await desk.timeline('wmA')).toEqual(['群发「福利日」未送达：未能在时限内创建群发，已作废'])
  expect(await desk.db.tx((tx) => desk.massSend.queries.runs(tx))).toMatchObject([{ state: 'finished' }])
})

test('an answer that got lost on the way: looked for first, then made again because there is none', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  desk.sandbox.faults.set({ path: 'externalcontact/add_msg_template', http: 502, times: 1 })
  await desk.advance(MINUTE_MS)
  for (let i = 0; i < 6; i++) await desk.advance(MINUTE_MS)
  expect(desk.sandbox.calls('externalcontact/get_groupmsg_list_v2').length).toBeGreaterThan(0)
  expect(tasksOf(desk)).toHaveLength(1)
  expect(await desk.rows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
})

test('a plain refusal for now (45009) is tried again without a search', async () => {
  const desk = await open()
  await desk.befriend('zhangsan', 'wmA')
  desk.sandbox.faults.set({ path: 'externalcontact/add_msg_template', errcode: 45009, times: 1 })
  await desk.advance(MINUTE_MS)
  await desk.advance(2 * MINUTE_MS)
  expect(desk.sandbox.calls('externalcontact/get_groupmsg_list_v2')).toEqual([])
  expect(tasksOf(desk)).toHaveLength(1)
})
