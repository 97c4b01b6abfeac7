import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../core/kernel/shanghai.ts'
import { ownFriends } from '../records/customers/own-friends.ts'
import type { FoundFriends, MyDay } from './contract.ts'
import { weightOf } from './my-day.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
const people: Record<string, string> = {}
beforeAll(async () => {
  scene = await openSidebarScene()
  for (const [name, userId] of [
    ['阿岚', 'zhangsan'],
    ['走了的', 'zhangsan'],
    ['早走的', 'zhangsan'],
    ['别人的小满', 'lisi'],
  ] as const) {
    people[name] = (await scene.sandbox.scan({ userId, name })).externalUserId
    await scene.settle()
  }
})
afterAll(() => scene.close())

const day = async (guide = 'zhangsan') => (await (await scene.as(guide)).get<MyDay>('day')).body
const idOf = (name: string): string => people[name] ?? ''

test('what waits over all my customers: late and due first, of equals who has bought more; nobody else’s', async () => {
  const now = scene.clock.now()
  const open = (key: string, externalUserId: string, userId: string, dueAtMs: number | undefined) =>
    scene.db.tx((tx) =>
      scene.huoshui.tasks.open(tx, {
        key,
        externalUserId,
        userId,
        kind: 'sop',
        title: key,
        dueAtMs,
        reason: { text: 'x' },
      }),
    )
  await open('阿岚的不急', idOf('阿岚'), 'zhangsan', undefined)
  await open('阿岚的今天', idOf('阿岚'), 'zhangsan', now + HOUR_MS)
  await open('小满的今天', scene.externalUserId, 'zhangsan', now + 2 * HOUR_MS)
  await open('李四的', idOf('别人的小满'), 'lisi', now + HOUR_MS)
  await scene.sandbox.order({ orderId: 'D-1', externalUserId: scene.externalUserId, totalFen: 500_000, status: 'paid' })
  await scene.settle()
  const mine = await day()
  expect(mine.tasks.map((task) => [task.name, task.title, task.paidSumFen]).slice(0, 3)).toEqual([
    ['小满', '小满的今天', 500_000],
    ['小满', '邀请进「付费群」', 500_000],
    ['阿岚', '阿岚的今天', 0],
  ])
  expect(mine.tasksTotal).toBe(4)
  expect((await day('lisi')).tasks.map((task) => task.title)).toEqual(['李四的'])
})

test('birthdays within a week, the nearest first', async () => {
  const zhangsan = await scene.as('zhangsan')
  await zhangsan.post(`customers/${scene.externalUserId}/birthday`, { birthday: '11-27', saw: null })
  await zhangsan.post(`customers/${idOf('阿岚')}/birthday`, { birthday: '1990-11-20', saw: null })
  await zhangsan.post(`customers/${idOf('走了的')}/birthday`, { birthday: '11-28', saw: null })
  const shown = (await day()).birthdays.map((one) => [one.name, one.date, one.daysUntil])
  expect(shown).toEqual([
    ['阿岚', '1990-11-20', 0],
    ['小满', '11-27', 7],
  ])
})

test('who was lost since yesterday morning, and not those of others', async () => {
  await scene.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: idOf('早走的') })
  await scene.advance(2 * DAY_MS)
  await scene.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId: idOf('走了的') })
  await scene.sandbox.deleteGuide({ userId: 'lisi', externalUserId: idOf('别人的小满') })
  await scene.settle()
  await scene.settle()
  expect((await day()).lost.map((one) => [one.name, one.by])).toEqual([['走了的', 'customer']])
})

test('my customers by nickname or remark; never another’s, never one who is gone', async () => {
  const zhangsan = await scene.as('zhangsan')
  const find = async (q: string) => (await zhangsan.get<FoundFriends>(`day/find?${new URLSearchParams({ q })}`)).body
  await zhangsan.post(`customers/${idOf('阿岚')}/remark`, { remark: '周三取货', saw: [''] })
  await scene.settle()
  expect(await find('小满')).toEqual({
    total: 1,
    friends: [{ externalUserId: scene.externalUserId, name: '小满', remark: null, because: '' }],
  })
  expect((await find('取货')).friends.map((one) => one.name)).toEqual(['阿岚'])
  // As many as there are, however few are shown.
  const like = (limit: number) => scene.db.tx((tx) => ownFriends.like(tx, 'zhangsan', '', { limit }))
  const [all, one] = [await like(100), await like(1)]
  expect([all.total, one.total, one.friends]).toEqual([all.friends.length, all.friends.length, all.friends.slice(0, 1)])
  expect(all.total).toBeGreaterThan(1)
  for (const q of ['走了的', '%', '_', "' OR 1=1 --"]) expect([q, (await find(q)).total]).toEqual([q, 0])
})

test('my customers by a tag of mine or by what they bought last, with what was found; never another’s', async () => {
  const zhangsan = await scene.as('zhangsan')
  const lisi = await scene.as('lisi')
  const find = async (q: string) => {
    const { body } = await zhangsan.get<FoundFriends>(`day/find?${new URLSearchParams({ q })}`)
    return body.friends.map(({ name, because }) => [name, because])
  }
  await zhangsan.post(`customers/${idOf('阿岚')}/tags`, { add: ['口味/厚切', '口味/黑椒'], remove: [] })
  await lisi.post(`customers/${idOf('别人的小满')}/tags`, { add: ['口味/厚切'], remove: [] })
  const buys = async (orderId: string, externalUserId: string, ...goods: string[]) => {
    const items = goods.map((name, n) => ({ sku: `${n}`, name, quantity: 1, priceFen: 6_900 }))
    await scene.sandbox.order({ orderId, externalUserId, totalFen: 6_900, items, status: 'paid' })
    await scene.settle()
    await scene.advance(60_000)
  }
  await buys('F-1', idOf('阿岚'), '儿童牛排 100g')
  await buys('F-2', idOf('阿岚'), '黑椒酱', '菲力 Fillet 150g')
  await buys('F-3', idOf('别人的小满'), '菲力 Fillet 150g')
  expect(await find('厚切')).toEqual([['阿岚', '标签 口味/厚切']])
  expect(await find('口味/')).toEqual([['阿岚', '标签 口味/厚切、口味/黑椒']])
  expect(await find('fillet')).toEqual([['阿岚', '上次买 菲力 Fillet 150g']])
  expect(await find('黑椒')).toEqual([['阿岚', '标签 口味/黑椒；上次买 黑椒酱']])
  // Bought once, but not last.
  expect(await find('儿童')).toEqual([])
})

test.each([
  ['late before today', [-HOUR_MS, 0], [HOUR_MS, 0]],
  ['today before tomorrow', [HOUR_MS, 0], [DAY_MS, 0]],
  ['of the same day who has bought more', [HOUR_MS, 50_000], [HOUR_MS, 0]],
  ['late with nothing bought before today with a little', [-HOUR_MS, 0], [HOUR_MS, 10_000]],
  ['a very good customer today before anybody late', [HOUR_MS, 1_000_000], [-HOUR_MS, 0]],
] as const)('%s', (_what, [due, fen], [otherDue, otherFen]) => {
  const now = Date.parse('2026-11-20T10:00:00+08:00')
  expect(weightOf(now + due, fen, now)).toBeGreaterThan(weightOf(now + otherDue, otherFen, now))
})
