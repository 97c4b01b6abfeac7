import { afterEach, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { sendQueries } from './send-queries.ts'
import { openSendScene, type SendScene, type SendSceneOptions, WELFARE_DAY } from './testing/send-scene.ts'

const opened: SendScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})
async function open(options: SendSceneOptions = {}): Promise<SendScene> {
  const scene = await openSendScene(options)
  opened.push(scene)
  return scene
}

const creations = (scene: SendScene): number => scene.sandbox.calls('externalcontact/add_msg_template').length
const searches = (scene: SendScene): number => scene.sandbox.calls('externalcontact/get_groupmsg_list_v2').length
const tasksOf = (scene: SendScene) => [...scene.sandbox.world.massSends.values()]

/** At ten WeCom makes the task, and the process dies before it can write that down. Gives the next process. */
async function crashAfterCreation(scene: SendScene, downMs = 0): Promise<SendScene> {
  const { tx } = scene.db
  Object.assign(scene.db, {
    tx: (work: Parameters<typeof tx>[0]) => (creations(scene) > 0 ? Promise.reject(new Error('killed')) : tx(work)),
  })
  await scene.advance(MINUTE_MS).catch(() => undefined)
  Object.assign(scene.db, { tx })
  const running = await scene.rawRows(`SELECT id FROM action WHERE kind = 'mass-send.create' AND state = 'running'`)
  expect(running).not.toEqual([])
  // Not `advance`: the dead process must not go on.
  scene.clock.advance(downMs + MINUTE_MS)
  const next = await scene.again()
  opened.push(next)
  return next
}

test('the task of a dead process is found and adopted, not made again', async () => {
  const first = await open()
  await first.befriend('zhangsan', 'wmA', 'wmB')
  const scene = await crashAfterCreation(first)
  for (let i = 0; i < 4; i++) await scene.advance(MINUTE_MS)
  expect(creations(scene)).toBe(1)
  const [task] = tasksOf(scene)
  expect(await scene.rawRows('SELECT state, msgid FROM send_batch')).toEqual([{ state: 'created', msgid: task?.msgid }])
  await scene.confirmAll('zhangsan')
  await scene.advance(5 * MINUTE_MS)
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB sent'])
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
  const scene = await crashAfterCreation(first)
  const { massSends } = scene.sandbox.world
  const made = [...massSends].reverse()
  expect(made).toHaveLength(2)
  // In another order than ours.
  massSends.clear()
  for (const [msgid, task] of made) massSends.set(msgid, task)
  for (let i = 0; i < 4; i++) await scene.advance(MINUTE_MS)
  expect(creations(scene)).toBe(2)
  const rows = await scene.rawRows<{ external_userid: string; msgid: string }>(
    `SELECT r.external_userid, b.msgid FROM send_recipient r JOIN send_batch b ON b.id = r.batch_id
     ORDER BY r.external_userid`,
  )
  expect(rows.map((row) => row.external_userid)).toEqual(['wmA', 'wmB'])
  for (const { external_userid, msgid } of rows) {
    const results = scene.sandbox.world.massSends.get(msgid)?.tasks.get('zhangsan')?.results
    expect([...(results?.keys() ?? [])]).toEqual([external_userid])
  }
})

test('when WeCom does not tell whose task it is, nothing is sent twice; it is adopted once WeCom tells', async () => {
  const first = await open()
  await first.befriend('zhangsan', 'wmA', 'wmB')
  const scene = await crashAfterCreation(first)
  const results = tasksOf(scene)[0]?.tasks.get('zhangsan')?.results ?? new Map()
  const kept = [...results]
  results.clear()
  for (let i = 0; i < 5; i++) await scene.advance(3 * MINUTE_MS)
  expect(creations(scene)).toBe(1)
  expect(await scene.db.tx((tx) => sendQueries.unclear(tx))).toMatchObject([{ userId: 'zhangsan', size: 2 }])

  for (const [id, result] of kept) results.set(id, result)
  await scene.advance(5 * MINUTE_MS)
  expect(await scene.rawRows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
  expect(creations(scene)).toBe(1)
})

test('a task that WeCom made and told of in an unknown shape is not made again; it is found', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  scene.sandbox.faults.set({ path: 'externalcontact/add_msg_template', odd: { at: 'msgid', is: 'null' } })
  for (let i = 0; i < 8; i++) await scene.advance(MINUTE_MS)
  expect(creations(scene)).toBe(1)
  expect(await scene.rawRows('SELECT state, msgid FROM send_batch')).toEqual([
    { state: 'created', msgid: tasksOf(scene)[0]?.msgid },
  ])
})

test('down beyond the time in which it may be created: adopted all the same, since guides see it', async () => {
  const first = await open()
  await first.befriend('zhangsan', 'wmA')
  const scene = await crashAfterCreation(first, 7 * HOUR_MS)
  await scene.advance(5 * MINUTE_MS)
  expect(creations(scene)).toBe(1)
  expect(await scene.rawRows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
})

test('the same, but WeCom has no such task: its customers are told to have got nothing', async () => {
  const first = await open()
  await first.befriend('zhangsan', 'wmA')
  const scene = await crashAfterCreation(first, 7 * HOUR_MS)
  scene.sandbox.world.massSends.clear()
  await scene.advance(5 * MINUTE_MS)
  await scene.advance(MINUTE_MS)
  expect(creations(scene)).toBe(1)
  expect(await scene.timeline('wmA')).toEqual(['群发「周三福利日」未送达：未能在时限内创建群发，已作废'])
  expect(await scene.db.tx((tx) => sendQueries.runs(tx))).toMatchObject([{ state: 'finished' }])
})

test('an answer that got lost on the way: looked for first, then made again because there is none', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  scene.sandbox.faults.set({ path: 'externalcontact/add_msg_template', http: 502, times: 1 })
  for (let i = 0; i < 7; i++) await scene.advance(MINUTE_MS)
  expect(searches(scene)).toBeGreaterThan(0)
  expect(tasksOf(scene)).toHaveLength(1)
  expect(await scene.rawRows('SELECT state FROM send_batch')).toEqual([{ state: 'created' }])
})

test('a plain refusal for now (45009) is tried again without a search', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  scene.sandbox.faults.set({ path: 'externalcontact/add_msg_template', errcode: 45009, times: 1 })
  await scene.advance(MINUTE_MS)
  await scene.advance(2 * MINUTE_MS)
  expect(searches(scene)).toBe(0)
  expect(tasksOf(scene)).toHaveLength(1)
})
