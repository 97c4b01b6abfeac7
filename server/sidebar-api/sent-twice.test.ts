import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Profile } from './contract.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

/** A page whose answer was lost sends the same change again. */

let scene: SidebarScene
beforeAll(async () => {
  scene = await openSidebarScene()
})
afterAll(() => scene.close())

test('the same change under the same key is made once, before and after WeCom has carried it out', async () => {
  const zhangsan = await scene.as('zhangsan')
  const of = `customers/${scene.externalUserId}`
  const changes: [string, object][] = [
    ['tags', { add: ['口味/厚切'], remove: ['来源/包裹卡'], key: 'a-change-0001' }],
    ['remark', { remark: '小满·厚切', saw: [''], key: 'a-change-0002' }],
    ['birthday', { birthday: '05-20', saw: null }],
  ]
  const all = async () => {
    for (const [what, body] of changes)
      expect([what, (await zhangsan.post(`${of}/${what}`, body)).status]).toEqual([what, 200])
  }
  await all()
  await all()
  await scene.settle()
  await all()
  await scene.settle()
  const calls = (path: string) => scene.sandbox.calls(path).length
  expect([calls('externalcontact/remark'), calls('externalcontact/mark_tag')]).toEqual([1, 2])
  expect((await zhangsan.get<Profile>(of)).body).toMatchObject({
    remark: '小满·厚切',
    birthday: { date: '05-20' },
    tags: [{ name: '口味/厚切' }],
  })
  const lines = await scene.timelineOf(scene.externalUserId)
  expect(lines.filter((line) => line.includes('备注改为'))).toHaveLength(1)
  expect(lines.filter((line) => line.includes('口味/厚切'))).toHaveLength(1)
})

test('another remark under another key is still refused when somebody was faster', async () => {
  const zhangsan = await scene.as('zhangsan')
  const body = { remark: '别的', saw: [''], key: 'a-change-0003' }
  expect((await zhangsan.post(`customers/${scene.externalUserId}/remark`, body)).status).toBe(409)
})
