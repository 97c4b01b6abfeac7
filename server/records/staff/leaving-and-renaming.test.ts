import { afterEach, expect, it } from 'vitest'
import { alertsProgram } from '../../cli/alerts.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { config, openSopScene, type SopScene } from '../../operations/sop/testing/sop-scene.ts'
import { openBrowser } from '../../sidebar-api/testing/sidebar-browser.ts'
import { runCommand } from '../../testing/run-command.ts'
import { postCallback, wecomSays } from '../customers/testing/wecom-says.ts'

let t: SopScene
afterEach(() => t.close())

const SEND =
  'send: 福利\naudience: { follow.active: true }\nguides: [zhangsan]\ncontent: { text: 福利 }\nat: 2026-11-22 12:00\n'
const channelUsers = () => [...t.sandbox.world.contactWays.values()].map((way) => way.users)
const asks = (kind: string) => t.sandbox.calls(kind).map((call) => call.body as Record<string, unknown>)
const tasks = () => t.rawRows('SELECT userid, state FROM guide_task ORDER BY id')
async function rename(userId: string, newUserId: string): Promise<void> {
  await t.sandbox.renameStaff({ userId, newUserId })
  await t.settle()
  t.sandbox.redeliver(({ event }) => event === 'change_contact')
  await t.settle()
}

it('when a guide leaves, to-dos go to the customer’s other guide, or wait for the next one', async () => {
  t = await openSopScene()
  const shared = await t.scan({ state: 'parcel-card', userId: 'zhangsan' })
  const alone = await t.scan({ state: 'parcel-card', userId: 'zhangsan' })
  await t.advance(10 * MINUTE_MS)
  t.clock.advance(1_000)
  await t.sandbox.scan({ userId: 'lisi', externalUserId: shared })
  await t.settle()
  expect(await tasks()).toEqual([
    { userid: 'zhangsan', state: 'open' },
    { userid: 'zhangsan', state: 'open' },
  ])

  await t.sandbox.removeStaff({ userId: 'zhangsan' })
  await t.settle()
  t.sandbox.redeliver()
  await t.settle()
  expect(await t.rawRows('SELECT external_userid, userid, state FROM guide_task ORDER BY id')).toEqual([
    { external_userid: shared, userid: 'lisi', state: 'open' },
    { external_userid: alone, userid: 'zhangsan', state: 'open' },
  ])
  expect(await t.timelineOf(shared, 'task.passed-on')).toEqual(['导购张三已离职，待办「邀请进「科普群」」转给李四'])
  expect(await t.timelineOf(alone, 'task.passed-on')).toEqual([
    '导购张三已离职，待办「邀请进「科普群」」等客户分配给新导购后接着做',
  ])

  // The journey's next step asks the guide who is there.
  await t.until('2026-11-23T10:00:00')
  const next = await t.rawRows(`SELECT userid FROM guide_task WHERE kind = 'sop' AND external_userid = ?`, [shared])
  expect(next).toEqual([{ userid: 'lisi' }])
})

it('when a guide leaves, their channels go to the others; with nobody left, ops are told what to do', async () => {
  t = await openSopScene({ config: { ...config, 'channels/二人.yaml': 'channel: 二人\nguides: [zhangsan, lisi]\n' } })
  await t.advance(MINUTE_MS)
  expect(channelUsers()).toContainEqual(['lisi', 'zhangsan'])
  await t.sandbox.removeStaff({ userId: 'zhangsan' })
  await t.settle()
  expect(channelUsers()).toContainEqual(['lisi'])
  await t.sandbox.removeStaff({ userId: 'lisi' })
  await t.settle()
  expect(channelUsers()).toContainEqual(['lisi'])
  const { code, out } = await runCommand(alertsProgram, [], t)
  expect(code).toBe(1)
  expect(out).toContain('渠道「二人」的导购都已离职：扫码加不到人')

  await t.sandbox.addStaff({ userId: 'lisi', name: '李四' })
  await t.advance(5 * MINUTE_MS)
  expect((await runCommand(alertsProgram, [], t)).out).not.toContain('「二人」')
})

it('a leave that WeCom does not confirm moves nothing', async () => {
  t = await openSopScene()
  await t.scan({ state: 'parcel-card', userId: 'zhangsan' })
  await t.advance(10 * MINUTE_MS)
  await wecomSays(t, 'change_contact', { ChangeType: 'delete_user', UserID: 'zhangsan' })
  await t.settle()
  expect(await t.rawRows(`SELECT 1 FROM inbound_event WHERE kind = 'staff.left'`)).toEqual([])
  expect(await tasks()).toEqual([{ userid: 'zhangsan', state: 'open' }])
})

it('customers of a guide who left get no mass message in the guide’s name', async () => {
  t = await openSopScene({ config: { ...config, 'sends/s.yaml': SEND.replace('guides: [zhangsan]\n', '') } })
  const alone = await t.scan({ state: 'parcel-card', userId: 'zhangsan' })
  await t.sandbox.removeStaff({ userId: 'zhangsan' })
  await t.settle()
  await t.until('2026-11-22T12:00:10')
  expect(await t.rawRows('SELECT reason FROM send_recipient WHERE external_userid = ?', [alone])).toEqual([
    { reason: '没有在跟进的导购' },
  ])
  expect(asks('externalcontact/add_msg_template')).toEqual([])
})

it('a rename reaches channels, to-dos, journeys, sends and what is still waiting to go out', async () => {
  t = await openSopScene({ config: { ...config, 'sends/s.yaml': SEND } })
  // WeCom is busy, so the tags of the new friend wait.
  t.sandbox.faults.set({ path: 'externalcontact/mark_tag', errcode: 45033 })
  await t.scan({ state: 'parcel-card', userId: 'zhangsan' })
  const waiting = () =>
    t.rawRows<{ payload: string }>(`SELECT payload FROM action WHERE kind = 'tag.mark' AND state = 'waiting'`)
  expect(await waiting()).toHaveLength(1)
  await t.advance(10 * MINUTE_MS)

  await rename('zhangsan', 'zhangsan001')
  expect(channelUsers().flat()).not.toContain('zhangsan')
  expect(channelUsers().flat()).toContain('zhangsan001')
  expect(await tasks()).toMatchObject([{ userid: 'zhangsan001' }])
  expect(await t.rawRows('SELECT userid FROM sop_entry')).toEqual([{ userid: 'zhangsan001' }])
  for (const { payload } of await waiting()) expect(JSON.parse(payload)).toMatchObject({ userId: 'zhangsan001' })

  t.sandbox.faults.clear()
  await t.advance(HOUR_MS)
  expect(asks('externalcontact/mark_tag').at(-1)).toMatchObject({ userid: 'zhangsan001' })
  await t.until('2026-11-22T12:00:10')
  expect(asks('externalcontact/add_msg_template')).toMatchObject([{ sender: 'zhangsan001' }])
})

it('a rename takes the guide’s own tags along and nobody else’s', async () => {
  t = await openSopScene()
  const shared = await t.scan({ state: 'parcel-card', userId: 'zhangsan' })
  t.clock.advance(1_000)
  await t.sandbox.scan({ userId: 'lisi', externalUserId: shared })
  const { id } = await t.sandbox.createTag({ group: '喜好', name: '西冷' })
  for (const userId of ['zhangsan', 'lisi']) await t.sandbox.editTags({ userId, externalUserId: shared, add: [id] })
  await t.settle()
  const guides = async () =>
    (await t.db.tx((tx) => t.huoshui.tags.queries.ofCustomer(tx, shared)))
      .filter((tag) => tag.path === '喜好/西冷')
      .map((tag) => tag.userId)
      .sort()
  expect(await guides()).toEqual(['lisi', 'zhangsan'])
  await rename('zhangsan', 'zhangsan001')
  expect(await guides()).toEqual(['lisi', 'zhangsan001'])
})

it('a renamed guide stays logged in; who gets a given-up userid is not taken for the one before', async () => {
  t = await openSopScene()
  const browser = openBrowser(t.url)
  await browser.login('zhangsan', '/sidebar/')
  t.clock.advance(1_000)
  await rename('zhangsan', 'zhangsan001')
  expect((await browser.get('me')).body).toMatchObject({ userId: 'zhangsan001' })
  t.clock.advance(1_000)
  await t.sandbox.addStaff({ userId: 'zhangsan', name: '另一位张三' })
  await t.settle()
  expect((await browser.get('me')).status).toBe(401)
})

it('all that waits goes along however often a guide is renamed at once, and whoever gets a given-up userid keeps theirs', async () => {
  t = await openSopScene()
  const enqueue = (who: string, prefix: string, many: number) =>
    t.db.tx((tx) =>
      tx.insertIgnore(
        ACTION,
        Array.from({ length: many }, (_, n) => ({
          ...{ dedupe_key: `waits:${prefix}:${n}`, kind: 'tag.mark', lane: 1, reason: '{"text":"测试"}' },
          ...{ payload: JSON.stringify({ userId: who }), userid: who, state: 'waiting' as const },
          ...{ due_at: t.clock.now() + HOUR_MS + n, created_at: t.clock.now() },
        })),
      ),
    )
  await enqueue('zhangsan', 'first', 1_200)
  await enqueue('lisi', 'other', 1)
  // The network kept them back: they come together.
  t.sandbox.setDelivery({ copies: 0 })
  const before = t.sandbox.callbackLog().length
  await t.sandbox.renameStaff({ userId: 'zhangsan', newUserId: 'zhangsan2' })
  t.clock.advance(1_000)
  await t.sandbox.renameStaff({ userId: 'zhangsan2', newUserId: 'zhangsan3' })
  t.clock.advance(1_000)
  await t.sandbox.addStaff({ userId: 'zhangsan', name: '另一位张三' })
  await Promise.all(
    t.sandbox
      .callbackLog()
      .slice(before)
      .map(({ xml }) => postCallback(t, xml)),
  )
  await t.settle()
  await enqueue('zhangsan', 'second', 2)
  t.sandbox.setDelivery({ copies: 1 })
  t.sandbox.redeliver(({ event }) => event === 'change_contact')
  await t.settle()
  const waiting = await t.rawRows<{ userid: string; payload: string }>(
    "SELECT userid, payload FROM action WHERE dedupe_key LIKE 'waits:%'",
  )
  const counts: Record<string, number> = {}
  for (const { userid, payload } of waiting) {
    const both = `${userid}, in its payload ${(JSON.parse(payload) as { userId: string }).userId}`
    counts[both] = (counts[both] ?? 0) + 1
  }
  expect(counts).toEqual({
    'lisi, in its payload lisi': 1,
    'zhangsan, in its payload zhangsan': 2,
    'zhangsan3, in its payload zhangsan3': 1_200,
  })
})
