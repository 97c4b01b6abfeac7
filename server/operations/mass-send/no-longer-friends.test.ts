import { afterEach, expect, test } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { erasePerson } from '../../upkeep/people/erase-person.ts'
import { openSendScene, type SendScene, type SendSceneOptions, WELFARE_DAY } from './testing/send-scene.ts'

/** Whom WeCom calls no friends, or would not send to, of which no event told: each is looked at, and what has become of them is told. */

const opened: SendScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})
async function open(...customers: string[]): Promise<SendScene> {
  return openWith({}, ...customers)
}
async function openWith(options: SendSceneOptions, ...customers: string[]): Promise<SendScene> {
  const scene = await openSendScene(options)
  opened.push(scene)
  await scene.befriend('zhangsan', ...customers)
  return scene
}
/** The customer deletes the guide, who keeps them. */
function loseSilently(scene: SendScene, ...externalUserIds: string[]): void {
  for (const id of externalUserIds) {
    const follow = scene.sandbox.world.followsByUser.get('zhangsan')?.get(id)
    if (follow !== undefined) follow.deletedByCustomer = true
  }
}
/** What happens in WeCom while no callback comes through. */
async function unheard(scene: SendScene, happens: () => Promise<unknown>): Promise<void> {
  scene.sandbox.connect('http://127.0.0.1:9')
  await happens()
  await scene.advance(MINUTE_MS)
  scene.sandbox.connect(scene.url)
}
async function minutes(scene: SendScene, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) await scene.advance(MINUTE_MS)
}
/** `customer guide friend|who ended it`. */
const follows = async (scene: SendScene): Promise<string[]> => {
  const rows = await scene.rawRows<{ external_userid: string; userid: string; active: number; lost_by: string | null }>(
    'SELECT external_userid, userid, active, lost_by FROM follow ORDER BY external_userid, userid',
  )
  return rows.map((one) => `${one.external_userid} ${one.userid} ${one.active === 1 ? 'friend' : one.lost_by}`)
}
const told = async (scene: SendScene) => ({
  lost: (await scene.eventsOf('customer.lost')).length,
  handedOver: (await scene.eventsOf('customer.handed-over')).length,
})
/** What WeCom answers about zhangsan's only task. */
const results = (scene: SendScene) => [...scene.sandbox.world.massSends.values()][0]?.tasks.get('zhangsan')?.results

test('who was erased since the send does not come back by what WeCom says of it', async () => {
  const scene = await open('wmA', 'wmB')
  await scene.advance(MINUTE_MS)
  loseSilently(scene, 'wmA', 'wmB')
  await erasePerson(scene.db, { externalUserId: 'wmA', unionIds: [], phoneHashes: [] })
  await scene.confirmAll('zhangsan')
  await minutes(scene, 3)
  expect(await scene.rawRows('SELECT external_userid FROM customer')).toEqual([{ external_userid: 'wmB' }])
  expect(await follows(scene)).toEqual(['wmB zhangsan customer'])
})

test('nor who is erased before they are looked at', async () => {
  const scene = await open('wmA')
  await scene.advance(MINUTE_MS)
  loseSilently(scene, 'wmA')
  await scene.confirmAll('zhangsan')
  scene.sandbox.faults.set({ path: 'externalcontact/get', http: 502 })
  await minutes(scene, 2)
  expect(await scene.outcomes()).toEqual(['wmA not-friend'])
  await erasePerson(scene.db, { externalUserId: 'wmA', unionIds: [], phoneHashes: [] })
  scene.sandbox.faults.clear()
  await minutes(scene, 5)
  expect(await follows(scene)).toEqual([])
  expect(await scene.rawRows('SELECT external_userid FROM customer')).toEqual([])
})

test('who was told by an earlier answer and is back stays; without the time of the sending nobody is lost by it', async () => {
  const scene = await open('wmA', 'wmB')
  await scene.advance(MINUTE_MS)
  loseSilently(scene, 'wmA', 'wmB')
  await scene.confirmAll('zhangsan')
  results(scene)?.set('wmB', { status: 0 })
  await minutes(scene, 3)
  expect(await follows(scene)).toEqual(['wmA zhangsan customer', 'wmB zhangsan friend'])
  await scene.befriend('zhangsan', 'wmA')
  results(scene)?.set('wmB', { status: 2 })
  scene.sandbox.faults.set({ path: 'get_groupmsg_task', odd: { at: 'task_list.0.send_time', is: 'absent' } })
  await minutes(scene, 10)
  expect(await scene.outcomes()).toEqual(['wmA not-friend', 'wmB not-friend'])
  expect(await follows(scene)).toEqual(['wmA zhangsan friend', 'wmB zhangsan friend'])
  expect((await told(scene)).lost).toBe(1)
})

test('whom the guide has deleted is lost, and nobody says that it was the customer', async () => {
  const scene = await open('wmA', 'wmB')
  await minutes(scene, 1)
  scene.clock.advance(2 * MINUTE_MS)
  await unheard(scene, () => scene.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: 'wmA' }))
  await scene.confirmAll('zhangsan')
  await minutes(scene, 10)
  expect(await scene.outcomes()).toEqual(['wmA not-friend', 'wmB sent'])
  expect(await follows(scene)).toEqual(['wmA zhangsan unknown', 'wmB zhangsan friend'])
  expect(await scene.timelineOf('wmA', 'customer.lost%')).toEqual(['与导购张三的关系已解除'])
})

test.each(['in the console', 'by us'])('who was handed over %s, unheard, has moved and is not lost', async (by) => {
  const scene = await open('wmA', 'wmB')
  await scene.advance(MINUTE_MS)
  const pair = { fromUserId: 'zhangsan', toUserId: 'lisi', externalUserId: 'wmA' }
  if (by === 'by us') {
    const request = { fromUserId: 'zhangsan', toUserIds: ['lisi'], assignments: [], tags: [], channels: [] }
    const whom = { what: 'customers' as const, mostCustomers: 5_000, limit: undefined }
    await scene.db.tx((tx) => scene.huoshui.handover.start(tx, { ...request, ...whom }, undefined))
    await scene.settle()
    scene.sandbox.faults.set({ path: 'transfer_result', http: 502 })
  } else await scene.sandbox.handOverInConsole(pair)
  scene.clock.advance(2 * MINUTE_MS)
  // A day later in WeCom; here nothing has looked since.
  await unheard(scene, async () => {
    for (const transfer of [...scene.sandbox.world.transfers.values()].flat()) transfer.takeoverAtMs = scene.clock.now()
  })
  expect(await told(scene)).toEqual({ lost: 0, handedOver: 0 })
  await scene.confirmAll('zhangsan')
  await minutes(scene, 10)
  const moved = (id: string) => [`${id} lisi friend`, `${id} zhangsan transfer`]
  expect(await follows(scene)).toEqual([...moved('wmA'), ...(by === 'by us' ? moved('wmB') : ['wmB zhangsan friend'])])
  expect(await told(scene)).toEqual({ lost: 0, handedOver: by === 'by us' ? 2 : 1 })
  expect(await scene.rawRows("SELECT state FROM handover_customer WHERE external_userid = 'wmA'")).toEqual(
    by === 'by us' ? [{ state: 'done' }] : [],
  )
})

test.each([
  ['some of them', 'wmC'],
  ['none of them (41048)', undefined],
])(
  'whom WeCom would not send to, %s left: each is looked at; who is listed still, nobody knows why',
  async (_, left) => {
    const scene = await open('wmA', 'wmB', ...(left === undefined ? [] : [left]))
    // Whoever was added a moment ago may not be in WeCom's answers yet.
    scene.clock.set(Date.parse('2026-11-25T09:59:00+08:00'))
    await scene.db.tx((tx) => tx.run(raw('UPDATE follow SET added_at = 0, last_add_at = 0')))
    loseSilently(scene, 'wmB')
    scene.sandbox.connect('http://127.0.0.1:9')
    await scene.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: 'wmA' })
    await minutes(scene, 3)
    expect((await scene.outcomes()).slice(0, 2)).toEqual(['wmA failed', 'wmB failed'])
    expect((await follows(scene)).slice(0, 2)).toEqual(['wmA zhangsan unknown', 'wmB zhangsan friend'])
    expect(await told(scene)).toEqual({ lost: 1, handedOver: 0 })
  },
)

test('looked at twice, and by the callback that comes late: lost once; whom WeCom lists still is asked again the next time', async () => {
  const scene = await openWith({ sends: WELFARE_DAY.replace('0 10 * * 3', '0 10 * * *') }, 'wmA', 'wmB', 'wmC')
  scene.clock.set(Date.parse('2026-11-25T09:59:00+08:00'))
  await scene.db.tx((tx) => tx.run(raw('UPDATE follow SET added_at = 0, last_add_at = 0')))
  loseSilently(scene, 'wmB')
  scene.sandbox.connect('http://127.0.0.1:9')
  await scene.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId: 'wmA' })
  await minutes(scene, 3)
  const [lost] = await scene.eventsOf('customer.lost')
  expect(lost).toMatchObject({ externalUserId: 'wmA', userId: 'zhangsan', by: 'unknown' })
  const reasons = await scene.rawRows<{ reason: string }>(
    "SELECT reason FROM send_recipient WHERE outcome = 'failed' ORDER BY external_userid",
  )
  const unsaid = '企业微信没有发给这位客户，也没有说明原因（可能已不是好友）'
  expect(reasons.map(({ reason }) => reason)).toEqual([unsaid, unsaid])
  // Who died in the midst of it carries it out once more.
  const again = "UPDATE action SET state = 'waiting', due_at = 0 WHERE kind = 'customer.resolve-loss'"
  expect(await scene.db.tx((tx) => tx.run(raw(again)))).toBe(2)
  await minutes(scene, 2)
  scene.sandbox.connect(scene.url)
  expect(scene.sandbox.redeliver(({ key }) => key.includes('wmA') && key.includes('del_external'))).toBe(1)
  await minutes(scene, 3)
  expect(await told(scene)).toEqual({ lost: 1, handedOver: 0 })
  // The callback says who ended it, which nobody knew.
  expect((await scene.timelineOf('wmA', 'customer.lost%')).sort()).toEqual([
    '与导购张三的关系已解除',
    '导购张三删除了客户',
  ])
  expect((await follows(scene)).slice(1)).toEqual(['wmB zhangsan friend', 'wmC zhangsan friend'])
  // The loss has taken them out of the audience, and nobody else.
  scene.clock.set(Date.parse('2026-11-26T10:00:00+08:00'))
  await minutes(scene, 2)
  expect(scene.created()).toEqual(['zhangsan: wmA wmB wmC', 'zhangsan: wmB wmC'])
})

test('a page of them is a few statements, however many they are; each is told once', async () => {
  const ids = Array.from({ length: 40 }, (_, nth) => `wm${100 + nth}`)
  const scene = await open(...ids)
  await scene.advance(MINUTE_MS)
  loseSilently(scene, ...ids)
  await scene.confirmAll('zhangsan')
  const sent: { text: string; line: number }[] = []
  const end = scene.db.watch((text, line) => void sent.push({ text, line }))
  await minutes(scene, 2)
  end()
  const tells = sent.find(({ text }) => /UPDATE .?send_recipient.? SET .?outcome/.test(text))
  const texts = sent.filter(({ line }) => line === tells?.line).map(({ text }) => text)
  const at = texts.indexOf(tells?.text ?? '')
  expect(at).toBeGreaterThan(0)
  const ofPage = texts.slice(
    texts.slice(0, at).findLastIndex((text) => /^(BEGIN|START)/.test(text)),
    texts.indexOf('COMMIT', at),
  )
  expect(ofPage.length).toBeLessThan(10)
  await minutes(scene, 2)
  expect((await follows(scene)).filter((one) => one.endsWith(' customer'))).toHaveLength(40)
  expect((await told(scene)).lost).toBe(40)
  await scene.db.tx((tx) => tx.run(raw("UPDATE send_batch SET state = 'created', poll_at = 0")))
  await minutes(scene, 2)
  expect((await told(scene)).lost).toBe(40)
})
