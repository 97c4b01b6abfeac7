import { afterEach, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../core/kernel/shanghai.ts'
import { openHandoverScene } from '../operations/handover/testing/handover-scene.ts'
import type { Orders, Profile, Proposals, Refusal, Tasks, Timeline } from './contract.ts'
import { lostView } from './lost-view.ts'
import { openBrowser } from './testing/sidebar-browser.ts'
import { openSidebarScene } from './testing/sidebar-scene.ts'

let scene: { close(): Promise<void> } | undefined
afterEach(async () => {
  await scene?.close()
  scene = undefined
})

test('whom a customer has deleted reads on what was until then, changes nothing, and learns nothing of what came after', async () => {
  const t = await openSidebarScene()
  scene = t
  const { externalUserId } = t
  const of = `customers/${externalUserId}`
  await t.pay('MY-1')
  const lostAtMs = t.clock.now() + 10 * MINUTE_MS
  t.clock.advance(10 * MINUTE_MS)
  await t.sandbox.deleteGuide({ userId: 'zhangsan', externalUserId })
  await t.settle()
  await t.settle()
  await t.advance(DAY_MS)
  await t.sandbox.scan({ userId: 'lisi', externalUserId })
  await t.settle()
  await t.pay('MY-2')
  const again = await t.as('zhangsan')

  const { body } = await again.get<Profile>(of)
  expect(body).toMatchObject({
    name: '小满',
    isReadOnly: true,
    lost: { by: 'customer', atMs: Math.floor(lostAtMs / 1000) * 1000 },
    tags: [{ name: '来源/包裹卡' }],
    otherGuides: ['李四'],
    journeys: [],
    orders: { paidCount: 1, paidSumFen: 13_800 },
  })
  expect(body.lost?.help[0]).toBe('李四还是好友，有事请李四去说')
  const orders = (await again.get<Orders>(`${of}/orders`)).body
  expect([orders.total, orders.orders.map((order) => order.orderId)]).toEqual([1, ['MY-1']])
  const lines = (await again.get<Timeline>(`${of}/timeline`)).body.entries.map((entry) => entry.text)
  expect(lines.join('\n')).toContain('订单付款')
  expect(lines.join('\n')).toContain('待办已取消')
  expect(lines.filter((line) => line.startsWith('订单付款'))).toHaveLength(1)
  expect(lines.join('\n')).not.toContain('添加了导购李四')
  expect((await again.get<Tasks>(`${of}/tasks`)).body.tasks).toEqual([])
  expect((await again.get<Proposals>(`${of}/proposals`)).body.proposals).toEqual([])
  for (const [rest, change] of [
    ['remark', { remark: '改', saw: [''] }],
    ['tags', { add: ['口味/厚切'], remove: [] }],
    ['birthday', { birthday: '05-20', saw: null }],
    ['sent', { key: 'a-key-0001' }],
  ] as const) {
    expect(await again.post(`${of}/${rest}`, change)).toMatchObject({
      status: 403,
      body: { code: 'sidebar.read-only' },
    })
  }
  const lisi = await t.as('lisi')
  expect((await lisi.get<Profile>(of)).body).toMatchObject({ lost: null, isReadOnly: false, orders: { paidCount: 2 } })
})

test('whom the guide has deleted is told as such, and all is as before once they are friends again', async () => {
  const t = await openSidebarScene()
  scene = t
  const { externalUserId } = t
  const zhangsan = await t.as('zhangsan')
  const profile = async () => (await zhangsan.get<Profile>(`customers/${externalUserId}`)).body
  await t.sandbox.deleteCustomer({ userId: 'zhangsan', externalUserId })
  await t.settle()
  expect((await profile()).lost).toMatchObject({ by: 'guide' })
  t.clock.advance(MINUTE_MS)
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId })
  await t.settle()
  expect(await profile()).toMatchObject({ lost: null, isReadOnly: false })
})

test('never a friend: it is being looked up at WeCom first, then told; a stranger’s customer reads the same', async () => {
  const t = await openSidebarScene()
  scene = t
  const lisi = await t.as('lisi')
  const readings = () => t.sandbox.calls('externalcontact/get').length
  const ask = async (id: string) => {
    const { status, body } = await lisi.get<Refusal>(`customers/${id}`)
    return [status, body.code, body.zh]
  }
  const before = readings()
  const strangers = await ask(t.externalUserId)
  expect(strangers).toEqual([403, 'sidebar.checking', expect.stringContaining('正在向企业微信核对')])
  expect(await ask('wmNobodyAtAll')).toEqual(strangers)
  await t.settle()
  await ask(t.externalUserId)
  await t.settle()
  expect(readings()).toBe(before + 2)
  t.clock.advance(20 * SECOND_MS)
  const told = await ask(t.externalUserId)
  expect(told).toEqual([403, 'sidebar.not-yours', expect.stringContaining('已向企业微信核对过')])
  expect(await ask('wmNobodyAtAll')).toEqual(told)
  await t.settle()
  expect(readings()).toBe(before + 2)
})

test('a friend of whom no event told is found by opening the pane', async () => {
  const t = await openSidebarScene()
  scene = t
  const lisi = await t.as('lisi')
  t.sandbox.setDelivery({ drop: 1 })
  const { externalUserId } = await t.sandbox.scan({ userId: 'lisi', name: '阿岚' })
  await t.settle()
  expect((await lisi.get<Refusal>(`customers/${externalUserId}`)).body.code).toBe('sidebar.checking')
  await t.settle()
  expect((await lisi.get<Profile>(`customers/${externalUserId}`)).body).toMatchObject({ name: '阿岚' })
})

test('who has handed a customer on reads to whom, and no longer about the customer', async () => {
  const t = await openHandoverScene()
  scene = t
  await t.befriend('zhangsan', 'wmA')
  await t.start()
  await t.advance(DAY_MS)
  await t.advance(MINUTE_MS)
  const zhangsan = openBrowser(t.url)
  await zhangsan.login('zhangsan')
  const { status, body } = await zhangsan.get<Refusal>('customers/wmA')
  expect([status, body.code]).toEqual([403, 'sidebar.handed-on'])
  expect(body.zh).toContain('转给李四，由李四接着跟进')
})

test.each([
  [{ by: 'customer' as const, atMs: 1 }, [], [], 2],
  [{ by: 'guide' as const, atMs: 1 }, ['李四', '王五'], ['付费群 1'], 4],
  [{ by: 'unknown' as const, atMs: 1 }, ['李四'], [], 3],
])('%j with %j in %j: what may still be done', (lost, guides, groups, lines) => {
  const view = lostView(lost, { guides, groups })
  expect(view?.help).toHaveLength(lines)
  expect(view?.help.join()).toContain({ customer: '自己加回来', guide: '等对方通过', unknown: '核对时发现' }[lost.by])
  if (guides.length > 1) expect(view?.help[0]).toBe('李四等 2 位同事还是好友，有事请李四去说')
  if (groups.length > 0) expect(view?.help[1]).toBe('还在「付费群 1」，群里发的都看得到')
})

test('a friendship that goes on is not lost', () => {
  expect(lostView(undefined, { guides: [], groups: [] })).toBeNull()
})
