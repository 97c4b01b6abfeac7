import { afterEach, expect, test } from 'vitest'
import type { Profile } from '../../sidebar-api/contract.ts'
import { openSidebarScene, type SidebarScene } from '../../sidebar-api/testing/sidebar-scene.ts'
import { signedPost } from '../../testing/signed-post.ts'

let scene: SidebarScene
afterEach(() => scene.close())

const daysUntil = async (externalUserId: string): Promise<unknown> => {
  const path = 'birthday.daysUntil'
  const found = await scene.db.tx((tx) => scene.huoshui.facts.of(tx, [externalUserId], scene.clock.now(), [path]))
  return found.get(externalUserId)?.get(path)
}
const lines = async (): Promise<string[]> =>
  (await scene.rawRows<{ body: string }>(`SELECT body FROM timeline WHERE kind = 'profile.birthday' ORDER BY id`)).map(
    (line) => line.body,
  )

test('a birthday comes from the shop or from the guide, the last word holds, and the guide sees it', async () => {
  scene = await openSidebarScene({ now: '2026-11-20T10:00:00+08:00' })
  const { externalUserId } = scene
  const post = (body: object) => signedPost(scene, '/api/profiles', body)
  const customer = { externalUserId }
  const zhangsan = await scene.as('zhangsan')
  const of = `customers/${externalUserId}`
  const shown = async () => (await zhangsan.get<Profile>(of)).body.birthday
  expect(await shown()).toBeNull()

  expect((await post({ customer, birthday: '1990-11-22' })).json).toEqual({ result: 'stored', matched: true })
  expect((await post({ customer, birthday: '1990-11-22' })).json).toEqual({ result: 'unchanged', matched: true })
  expect((await post({ customer, birthday: '11-22' })).json).toEqual({ result: 'unchanged', matched: true })
  expect(await shown()).toEqual({ date: '1990-11-22', daysUntil: 2 })
  expect(await daysUntil(externalUserId)).toBe(2)

  scene.clock.advance(1_000)
  expect((await zhangsan.post(`${of}/birthday`, { birthday: '02-29', saw: '1990-11-22' })).status).toBe(200)
  expect(await shown()).toEqual({ date: '02-29', daysUntil: 100 })
  expect(await daysUntil(externalUserId)).toBe(100)
  expect(await zhangsan.post(`${of}/birthday`, { birthday: '02-30', saw: '02-29' })).toMatchObject({
    status: 400,
    body: { code: 'sidebar.no-birthday' },
  })
  // The shop has told another one since: it is not written over unseen.
  expect(await zhangsan.post(`${of}/birthday`, { birthday: '03-01', saw: '1990-11-22' })).toMatchObject({
    status: 409,
    body: { code: 'sidebar.overtaken', zh: expect.stringContaining('改成了「02-29」') },
  })
  expect((await (await scene.as('lisi')).post(`${of}/birthday`, { birthday: '01-01', saw: null })).status).toBe(403)
  await zhangsan.post(`${of}/birthday`, { birthday: null, saw: '02-29' })
  expect(await shown()).toBeNull()
  expect(await daysUntil(externalUserId)).toBeUndefined()
  expect(await lines()).toEqual(['商城记下生日 11 月 22 日', '张三记下生日 2 月 29 日', '张三清除了生日'])
})

test('what the shop tells of people whom we do not know waits for them; nonsense is refused', async () => {
  scene = await openSidebarScene()
  const { externalUserId, sandbox } = scene
  const post = (body: object) => signedPost(scene, '/api/profiles', body)
  const phone = '13800001111'
  expect((await post({ customer: { phone }, birthday: '05-19' })).json).toEqual({ result: 'stored', matched: false })
  expect((await post({ customer: { phone }, birthday: '05-20' })).json).toEqual({ result: 'stored', matched: false })
  await sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: [phone] })
  await scene.settle()
  expect(await scene.rawRows('SELECT birth_month, birth_day, birth_year, told_by FROM customer_profile')).toEqual([
    { birth_month: 5, birth_day: 20, birth_year: null, told_by: 'shop' },
  ])
  expect(await scene.rawRows('SELECT id FROM profile_waiting')).toEqual([])

  const customer = { externalUserId }
  for (const birthday of ['2023-02-29', '13-01', '5-20', '2999-01-01', '1990/05/20']) {
    expect(await post({ customer, birthday })).toMatchObject({ status: 400, json: { code: 'profiles.invalid' } })
  }
  expect(await post({ customer: {}, birthday: '05-20' })).toMatchObject({ status: 400 })
  expect(await signedPost(scene, '/api/profiles', { customer }, { secret: 'x' })).toMatchObject({ status: 401 })
  expect(scene.logLines.join()).not.toMatch(/05-20|13800001111/)
  expect(JSON.stringify(await scene.rawRows('SELECT * FROM touch'))).not.toContain(phone)
})
