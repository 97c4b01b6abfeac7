import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Profile } from './contract.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

/** In the pane each tap on a tag is a change by itself, and may be taken back by the next. */

let scene: SidebarScene
let marked: number
let told: number
beforeEach(async () => {
  scene = await openSidebarScene()
  marked = calls().length
  told = (await scene.timelineOf(scene.externalUserId, 'tag.%')).length
})
afterEach(() => scene.close())

const calls = () => scene.sandbox.calls('externalcontact/mark_tag')
const changeOf = (tap: string): { add: string[]; remove: string[] } =>
  tap.startsWith('+') ? { add: [tap.slice(1)], remove: [] } : { add: [], remove: [tap.slice(1)] }
/** +组/名 or -组/名: a request. */
async function tap(one: string, key: string): Promise<void> {
  const zhangsan = await scene.as('zhangsan')
  const { status } = await zhangsan.post(`customers/${scene.externalUserId}/tags`, { ...changeOf(one), key })
  expect(status).toBe(200)
}
/** What as many requests write, in one commit: none can have left before the last is there. */
const tapAtOnce = (taps: string[], key: string) =>
  scene.db.tx(async (tx) => {
    for (const [nth, one] of taps.entries()) {
      const pair = { externalUserId: scene.externalUserId, userId: 'zhangsan' }
      const reason = { text: '张三在侧边栏里改的标签' }
      await scene.huoshui.tags.change(tx, { ...pair, ...changeOf(one), by: 'guide', reason, key: `${key}:${nth}` })
    }
  })
/** What came of it: how many calls, the timeline, the tags. */
async function outcome(): Promise<[calls: number, timeline: string[], tags: string[]]> {
  const lines = await scene.timelineOf(scene.externalUserId, 'tag.%')
  const zhangsan = await scene.as('zhangsan')
  const { body } = await zhangsan.get<Profile>(`customers/${scene.externalUserId}`)
  return [calls().length - marked, lines.slice(told).sort(), body.tags.map(({ name }) => name).sort()]
}

test.each<[string, string[], Awaited<ReturnType<typeof outcome>>]>([
  [
    'taken back before it has left: WeCom is not called, nothing is told',
    ['+口味/厚切', '-口味/厚切'],
    [0, [], ['来源/包裹卡']],
  ],
  ['taken off and put on again: it never went', ['-来源/包裹卡', '+来源/包裹卡'], [0, [], ['来源/包裹卡']]],
  [
    'put on, off and on: once',
    ['+口味/厚切', '-口味/厚切', '+口味/厚切'],
    [1, ['打标签 口味/厚切'], ['口味/厚切', '来源/包裹卡']],
  ],
  [
    'others beside it go all the same, in one call, each with its line',
    ['+口味/厚切', '+口味/黑椒', '-口味/厚切', '-来源/包裹卡'],
    [1, ['打标签 口味/黑椒', '移除标签 来源/包裹卡'], ['口味/黑椒']],
  ],
])('%s', async (_what, taps, expected) => {
  await tapAtOnce(taps, 'once')
  await scene.settle()
  expect(await outcome()).toEqual(expected)
  // The same requests again, and the platform tells all once more.
  await tapAtOnce(taps, 'once')
  scene.sandbox.redeliver()
  await scene.settle()
  expect(await outcome()).toEqual(expected)
})

test('one that has left is taken back by a call of its own', async () => {
  await tap('+口味/厚切', 'a-change-0001')
  await scene.settle()
  await tap('-口味/厚切', 'a-change-0002')
  await scene.settle()
  expect(await outcome()).toEqual([2, ['打标签 口味/厚切', '移除标签 口味/厚切'], ['来源/包裹卡']])
})

test('what a rule takes off beside a tap is looked at in its order: what a person has put on stays', async () => {
  await scene.db.tx(async (tx) => {
    const pair = { externalUserId: scene.externalUserId, userId: 'zhangsan', reason: { text: '测试' } }
    await scene.huoshui.tags.change(tx, { ...pair, add: ['口味/厚切'], by: 'guide', key: 'a' })
    await scene.huoshui.tags.change(tx, { ...pair, remove: ['口味/厚切'], by: 'rule', key: 'b' })
  })
  await scene.settle()
  expect((await outcome())[2]).toEqual(['口味/厚切', '来源/包裹卡'])
})

test('one that WeCom was too busy for is not done after it was taken back', async () => {
  scene.sandbox.faults.set({ path: 'externalcontact/mark_tag', errcode: -1, times: 1 })
  await tap('+口味/厚切', 'a-change-0001')
  await scene.settle()
  await tap('-口味/厚切', 'a-change-0002')
  await scene.settle()
  for (let minute = 0; minute < 10; minute++) await scene.advance(60_000)
  const [, lines, tags] = await outcome()
  expect([lines, tags]).toEqual([[], ['来源/包裹卡']])
})
