import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { TIMELINE } from '../records/timeline/timeline-tables.ts'
import type { PageVersion, Profile, Tasks } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
let zhangsan: Browser
let of: string
beforeAll(async () => {
  scene = await openSidebarScene()
  zhangsan = await scene.as('zhangsan')
  of = `customers/${scene.externalUserId}`
})
afterAll(() => scene.close())

test('the version is the profile’s, the same until something happens, another one after each thing', async () => {
  const version = async (): Promise<string> => (await zhangsan.get<PageVersion>(`${of}/version`)).body.version
  const before = await version()
  expect((await zhangsan.get<Profile>(of)).body.version).toBe(before)
  scene.clock.advance(MINUTE_MS)
  expect(await version()).toBe(before)

  const seen = new Set([before])
  const another = async (what: string): Promise<void> => {
    const now = await version()
    expect([what, seen.has(now)]).toEqual([what, false])
    expect([what, (await zhangsan.get<Profile>(of)).body.version]).toEqual([what, now])
    seen.add(now)
  }
  await zhangsan.post(`${of}/tags`, { add: ['口味/黑椒'], remove: [] })
  await scene.settle()
  await another('tag')
  await zhangsan.post(`${of}/remark`, { remark: '小满·黑椒', saw: [''] })
  await scene.settle()
  await another('remark')
  await scene.pay('MY-3')
  await another('order')
  const { externalUserId } = scene
  const task = { key: 'version-task', externalUserId, userId: 'zhangsan', kind: 'sop', title: '问问火候' }
  await scene.db.tx((tx) => scene.huoshui.tasks.open(tx, { ...task, reason: { text: '试一试' } }))
  await another('task opened')
  const { body } = await zhangsan.get<Tasks>(`${of}/tasks`)
  await zhangsan.post(`${of}/tasks/${body.tasks[0]?.id}/done`, {})
  await another('task done')
  await zhangsan.post(`${of}/sent`, { key: 'tap-000009', scriptId: 'hello' })
  await another('script sent')
  await scene.sandbox.editRemark({ userId: 'zhangsan', externalUserId, remark: '在企微里改的' })
  await scene.settle()
  await another('remark in WeCom')
  await scene.db.tx((tx) =>
    tx.insertIgnore(TIMELINE, [
      { dedupe_key: 'old-news', external_userid: externalUserId, at: 1, kind: 'test.note', body: '迟到的旧消息' },
    ]),
  )
  await another('late entry about something old')
  scene.clock.advance(DAY_MS)
  zhangsan = await scene.as('zhangsan')
  await another('next day')
})

test('what happens to somebody else, and the reconciling of nothing new, leave it as it is', async () => {
  const { body } = await zhangsan.get(`${of}/version`)
  const readings = scene.sandbox.calls('externalcontact/get').length
  await scene.sandbox.scan({ userId: 'zhangsan', name: '阿岚' })
  await scene.sandbox.editRemark({ userId: 'zhangsan', externalUserId: scene.externalUserId })
  await scene.settle()
  expect(scene.sandbox.calls('externalcontact/get').length).toBe(readings + 2)
  expect((await zhangsan.get(`${of}/version`)).body).toEqual(body)
})

test('a picture that has become ready is another version', async () => {
  const { body } = await zhangsan.get(`${of}/version`)
  await scene.sandbox.createGroup({ ownerUserId: 'zhangsan', name: 'VIP群 1' })
  scene.writeConfig({
    'groups/VIP群.yaml':
      'pool: VIP群\nrole: vip\ngroups: { namePrefix: VIP群 }\ncapacity: 200\nentry: { orders.paid.count: { gte: 9 } }\ninviteOn: [order.paid]\ninviteBy: task\n',
  })
  await scene.huoshui.rules.check()
  const withRules = (await zhangsan.get(`${of}/version`)).body
  expect(withRules).not.toEqual(body)
  for (let minute = 0; minute < 3; minute++) await scene.advance(MINUTE_MS)
  expect(
    await scene.rawRows(`SELECT 1 AS ready FROM prepared_media WHERE source LIKE '%VIP群' AND media_id IS NOT NULL`),
  ).toHaveLength(1)
  expect((await zhangsan.get(`${of}/version`)).body).not.toEqual(withRules)
})

test('new rules are another version: the words of scripts are theirs', async () => {
  const { body } = await zhangsan.get(`${of}/version`)
  scene.writeConfig({ 'channels/门店.yaml': 'channel: 门店\nstate: store\nguides: [lisi]\n' })
  await scene.huoshui.rules.check()
  expect((await zhangsan.get(`${of}/version`)).body).not.toEqual(body)
})
