import { afterEach, beforeEach, expect, test } from 'vitest'
import { creditProgram } from '../../cli/credit.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from '../../sidebar-api/testing/sidebar-scene.ts'
import { runCommand } from '../../testing/run-command.ts'

const RULES = 'credit:\n  - { to: contact, days: 7, by: [script, send] }\n  - to: newest\n'

let scene: SidebarScene
beforeEach(async () => {
  scene = await openSidebarScene({ config: { ...DESK_RULES, 'credit.yaml': RULES } })
})
afterEach(() => scene.close())

const credits = () =>
  scene.rawRows<Record<string, string | null>>(
    `SELECT o.order_id, c.userid, c.channel, c.touch, c.about, c.decided_by, c.given_by
     FROM order_credit c JOIN shop_order o ON o.id = c.shop_order_id ORDER BY o.id`,
  )
const run = async (...words: string[]) => (await runCommand(creditProgram, words, scene)).out
const ask = async (...words: string[]) => JSON.parse(await run(...words, '--json'))

test('an order is the guide’s who contacted last, or the newest friend’s, by what was so when it was paid; told twice it stays', async () => {
  const { externalUserId } = scene
  await scene.pay('first', 10_000)
  await scene.sandbox.scan({ externalUserId, userId: 'lisi' })
  await scene.settle()
  await scene.pay('second', 20_000)
  const zhangsan = await scene.as('zhangsan')
  await zhangsan.post(`customers/${externalUserId}/sent`, { key: 'a-key-0001', scriptId: 'coupon' })
  await scene.advance(DAY_MS)
  await scene.pay('third', 30_000)
  await scene.advance(7 * DAY_MS)
  await scene.pay('fourth', 40_000)
  const expected = [
    { order_id: 'first', userid: 'zhangsan', channel: '包裹卡', touch: null, about: null, decided_by: 'newest' },
    { order_id: 'second', userid: 'lisi', channel: '包裹卡', touch: null, about: null, decided_by: 'newest' },
    {
      order_id: 'third',
      userid: 'zhangsan',
      channel: '包裹卡',
      touch: 'script',
      about: 'coupon',
      decided_by: 'contact',
    },
    { order_id: 'fourth', userid: 'lisi', channel: '包裹卡', touch: null, about: null, decided_by: 'newest' },
  ].map((row) => ({ ...row, given_by: null }))
  expect(await credits()).toEqual(expected)

  // WeCom and we say everything again; a friend goes; the rules are others.
  scene.writeConfig({ 'credit.yaml': 'credit:\n  - to: first\n' })
  await scene.huoshui.rules.check()
  await scene.pay('third', 30_000)
  await scene.sandbox.deleteGuide({ externalUserId, userId: 'lisi' })
  await scene.settle()
  expect(await run('fill', '--from', '2026-01-01')).toBe('看了 4 笔订单，0 笔新算了归属。')
  expect(await credits()).toEqual(expected)
})

test('what comes back is taken off on its day; every yuan stands in one row; a dispute is settled by hand and kept', async () => {
  const { externalUserId } = scene
  await scene.pay('A', 10_000)
  await scene.pay('B', 5_000)
  await scene.sandbox.order({ orderId: 'nobody', status: 'paid', totalFen: 700, phone: '13800001111' })
  await scene.settle()
  await scene.advance(15 * DAY_MS)
  await scene.sandbox.order({ orderId: 'A', status: 'refunded', externalUserId, totalFen: 2_500 })
  await scene.sandbox.order({ orderId: 'B', status: 'refunded' })
  await scene.settle()
  const november = await ask('list', '--from', '2026-11-01', '--to', '2026-11-30')
  expect(november.sums).toEqual([
    { state: 'given', key: 'zhangsan', orders: 2, paidFen: 15_000, returnedFen: 0 },
    { state: 'unknown', orders: 1, paidFen: 700, returnedFen: 0 },
  ])
  // The month of today, which is December by now.
  expect((await ask('list')).sums).toEqual([
    { state: 'given', key: 'zhangsan', orders: 0, paidFen: 0, returnedFen: 7_500 },
  ])
  expect((await run('list', '--by', 'store', '--from', '2026-11-01')).split('\n').at(-1)).toMatch(
    /合计 +3 +157.00 +75.00 +82.00/,
  )
  expect(await run('why', 'A')).toMatch(
    /^订单 A 算给 张三（zhangsan），.* 按规则定的：付款时最近加这位客户的导购；客户来自渠道「包裹卡」。$/,
  )

  expect(await run('give', 'A', '--to', '李四', '--why', '门店里李四接待的')).toBe('订单 A 改算给 李四。')
  expect(await run('why', 'A')).toMatch(/^订单 A 算给 李四（lisi）：tester 于 .* 改的，原因：门店里李四接待的$/)
  expect(
    (await ask('list')).sums.map(({ key, returnedFen }: { key: string; returnedFen: number }) => [key, returnedFen]),
  ).toEqual([
    ['lisi', 2_500],
    ['zhangsan', 5_000],
  ])
  expect(JSON.stringify(await scene.rawRows('SELECT * FROM audit_note'))).toMatch(/zhangsan.*newest.*lisi.*hand/)
  // Of another customer by now: it is nobody's until that one's is decided.
  await scene.rawRows("UPDATE order_credit SET external_userid = 'wmOther' WHERE decided_by = 'newest'")
  expect((await ask('list')).sums).toMatchObject([{ key: 'lisi' }, { state: 'none', returnedFen: 5_000 }])
  expect(await run('why', 'B')).toContain('没有归属')
  // The shop tells it all again: what was settled by hand stands.
  await scene.pay('A', 10_000)
  expect((await credits())[0]).toMatchObject({ userid: 'lisi', decided_by: 'hand', given_by: 'tester' })
})

test('orders from before the rules are reckoned by what was so then, when somebody asks for it', async () => {
  await scene.rawRows('DELETE FROM order_credit')
  scene.writeConfig({ 'credit.yaml': 'credit:\n  - { to: contact, days: 7, by: [send] }\n' })
  await scene.huoshui.rules.check()
  await scene.pay('early', 10_000)
  expect(await credits()).toEqual([])
  expect((await ask('list', '--from', '2026-11-01')).sums).toMatchObject([{ state: 'none', paidFen: 10_000 }])
  expect(await run('why', 'early')).toContain('没有归属')
  scene.writeConfig({ 'credit.yaml': RULES })
  expect(await run('fill', '--from', '2026-11-01')).toBe('看了 1 笔订单，1 笔新算了归属。')
  expect(await credits()).toMatchObject([{ order_id: 'early', userid: 'zhangsan', decided_by: 'newest' }])
  expect(await run('fill', '--from', '2027-01-01')).toBe('看了 0 笔订单，0 笔新算了归属。')
})

test('an order that finds its customer late is decided by who was a friend when it was paid', async () => {
  const { externalUserId } = scene
  scene.writeConfig({ 'credit.yaml': 'credit:\n  - to: first\n' })
  await scene.huoshui.rules.check()
  await scene.sandbox.scan({ externalUserId, userId: 'lisi' })
  await scene.settle()
  await scene.sandbox.deleteGuide({ externalUserId, userId: 'zhangsan' })
  await scene.settle()
  await scene.advance(DAY_MS)
  const pay = (orderId: string) =>
    scene.sandbox.order({ orderId, status: 'paid', totalFen: 900, phone: '13800001111', paidAt: scene.clock.now() })
  await pay('after')
  await scene.advance(DAY_MS)
  await scene.sandbox.deleteGuide({ externalUserId, userId: 'lisi' })
  await scene.settle()
  await pay('alone')
  await scene.advance(DAY_MS)
  await scene.sandbox.scan({ externalUserId, userId: 'zhangsan' })
  await scene.settle()
  await scene.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: ['13800001111'] })
  await scene.settle()
  expect((await ask('list', '--from', '2026-11-01')).sums).toMatchObject([
    { state: 'given', key: 'lisi', orders: 1 },
    { state: 'none', orders: 1 },
  ])
})

test('a send that WeCom tells of after the payment counts all the same; what a person gave meanwhile stands', async () => {
  const send = 'send: 日报\naudience: { follow.active: true }\ncontent: { text: 今天牛排半价 }\ncron: "30 10 21 11 *"\n'
  scene.writeConfig({ 'sends/daily.yaml': send })
  await scene.huoshui.rules.check()
  await scene.pay('before', 10_000)
  await scene.advance(DAY_MS)
  await scene.advance(30 * MINUTE_MS)
  const [waiting] = scene.sandbox.pendingMassSends('zhangsan')
  await scene.sandbox.confirmMassSend({ msgid: waiting?.msgid ?? '', userId: 'zhangsan' })
  await scene.pay('after', 20_000)
  await scene.pay('disputed', 30_000)
  await run('give', 'disputed', '--to', '李四', '--why', '李四接待的')
  const decided = async () => (await credits()).map((row) => [row.order_id, row.userid, row.decided_by, row.about])
  expect(await decided()).toContainEqual(['after', 'zhangsan', 'newest', null])
  for (let minute = 0; minute < 3; minute++) await scene.advance(5 * MINUTE_MS)
  const expected = [
    ['before', 'zhangsan', 'newest', null],
    ['after', 'zhangsan', 'contact', '日报'],
    ['disputed', 'lisi', 'hand', null],
  ]
  expect(await decided()).toEqual(expected)
  scene.sandbox.redeliver()
  await scene.advance(DAY_MS)
  expect(await decided()).toEqual(expected)
})

test('an order that finds its customer when it has come back already is somebody’s, too', async () => {
  const { externalUserId } = scene
  const order = { orderId: 'late', phone: '13800001111' }
  await scene.sandbox.order({ ...order, status: 'paid', totalFen: 900 })
  await scene.sandbox.order({ ...order, status: 'refunded' })
  await scene.settle()
  expect(await credits()).toEqual([])
  await scene.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: ['13800001111'] })
  await scene.settle()
  expect(await credits()).toMatchObject([{ order_id: 'late', userid: 'zhangsan' }])
})

test('under another userid a guide keeps what was credited, and earns by what was sent under the old one', async () => {
  const { externalUserId } = scene
  const zhangsan = await scene.as('zhangsan')
  await scene.pay('first', 10_000)
  await zhangsan.post(`customers/${externalUserId}/sent`, { key: 'a-key-0001', scriptId: 'coupon' })
  await scene.sandbox.renameStaff({ userId: 'zhangsan', newUserId: 'zhang3' })
  await scene.settle()
  await scene.pay('second', 20_000)
  expect((await credits()).map(({ userid, decided_by }) => [userid, decided_by])).toEqual([
    ['zhang3', 'newest'],
    ['zhang3', 'contact'],
  ])
  expect((await run('list', '--to', '2026-11-30')).split('\n').at(-1)).toMatch(/合计 +2 +300.00/)
  expect(await run('list', '--to', '2026-10-31')).toBe('2026-10-01 到 2026-10-31没有付款，也没有退款。')
})
