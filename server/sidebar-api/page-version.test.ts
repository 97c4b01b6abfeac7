import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openSidebarDesk, type SidebarDesk } from './testing/sidebar-desk.ts'

let desk: SidebarDesk
let zhangsan: Browser
let of: string
beforeAll(async () => {
  desk = await openSidebarDesk()
  zhangsan = await desk.as('zhangsan')
  of = `customers/${desk.externalUserId}`
})
afterAll(() => desk.close())

test('the version is the profile’s, the same until something happens, another one after each thing', async () => {
  const version = async (): Promise<string> => (await zhangsan.get(`${of}/version`)).body.version
  const before = await version()
  expect((await zhangsan.get(of)).body.version).toBe(before)
  desk.clock.advance(MINUTE_MS)
  expect(await version()).toBe(before)

  const seen = new Set([before])
  const another = async (what: string): Promise<void> => {
    const now = await version()
    expect([what, seen.has(now)]).toEqual([what, false])
    expect([what, (await zhangsan.get(of)).body.version]).toEqual([what, now])
    seen.add(now)
  }
  await zhangsan.post(`${of}/tags`, { add: ['口味/黑椒'], remove: [] })
  await desk.settle()
  await another('tag')
  await zhangsan.post(`${of}/remark`, { remark: '小满·黑椒' })
  await desk.settle()
  await another('remark')
  await desk.pay('MY-3')
  await another('order')
  const { externalUserId } = desk
  const task = { key: 'version-task', externalUserId, userId: 'zhangsan', kind: 'sop', title: '问问火候' }
  await desk.db.tx((tx) => desk.huoshui.tasks.open(tx, { ...task, reason: { text: '试一试' } }))
  await another('task opened')
  const { body } = await zhangsan.get(`${of}/tasks`)
  await zhangsan.post(`${of}/tasks/${body.tasks[0].id}/done`, {})
  await another('task done')
  await zhangsan.post(`${of}/sent`, { key: 'tap-000009', scriptId: 'hello' })
  await another('script sent')
  await desk.sandbox.editRemark({ userId: 'zhangsan', externalUserId, remark: '在企微里改的' })
  await desk.settle()
  await another('remark in WeCom')
  await desk.db.tx((tx) =>
    tx.insertIgnore('timeline', [
      { dedupe_key: 'old-news', external_userid: externalUserId, at: 1, kind: 'test.note', body: '迟到的旧消息' },
    ]),
  )
  await another('late entry about something old')
  desk.clock.advance(DAY_MS)
  zhangsan = await desk.as('zhangsan')
  await another('next day')
})

test('what happens to somebody else, and the reconciling of nothing new, leave it as it is', async () => {
  const { body } = await zhangsan.get(`${of}/version`)
  const readings = desk.sandbox.calls('externalcontact/get').length
  await desk.sandbox.scan({ userId: 'zhangsan', name: '阿岚' })
  await desk.sandbox.editRemark({ userId: 'zhangsan', externalUserId: desk.externalUserId })
  await desk.settle()
  expect(desk.sandbox.calls('externalcontact/get').length).toBe(readings + 2)
  expect((await zhangsan.get(`${of}/version`)).body).toEqual(body)
})

test('a picture that has become ready is another version', async () => {
  const { body } = await zhangsan.get(`${of}/version`)
  await desk.sandbox.createGroup({ ownerUserId: 'zhangsan', name: 'VIP群 1' })
  desk.writeConfig({
    'groups/VIP群.yaml':
      'pool: VIP群\nrole: vip\ngroups: { namePrefix: VIP群 }\ncapacity: 200\nentry: { orders.paid.count: { gte: 9 } }\ninviteOn: [order.paid]\ninviteBy: task\n',
  })
  await desk.huoshui.rules.check()
  const withRules = (await zhangsan.get(`${of}/version`)).body
  expect(withRules).not.toEqual(body)
  for (let minute = 0; minute < 3; minute++) await desk.advance(MINUTE_MS)
  expect(
    await desk.rows(`SELECT 1 AS ready FROM prepared_media WHERE source LIKE '%VIP群' AND media_id IS NOT NULL`),
  ).toHaveLength(1)
  expect((await zhangsan.get(`${of}/version`)).body).not.toEqual(withRules)
})

test('new rules are another version: the words of scripts are theirs', async () => {
  const { body } = await zhangsan.get(`${of}/version`)
  desk.writeConfig({ 'channels/门店.yaml': 'channel: 门店\nstate: store\nguides: [lisi]\n' })
  await desk.huoshui.rules.check()
  expect((await zhangsan.get(`${of}/version`)).body).not.toEqual(body)
})
