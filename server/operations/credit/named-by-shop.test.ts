import { afterEach, beforeEach, expect, test } from 'vitest'
import { creditProgram } from '../../cli/credit.ts'
import { DEPARTMENT } from '../../records/staff/staff-tables.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from '../../sidebar-api/testing/sidebar-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { signedPost } from '../../testing/signed-post.ts'

const RULES = 'credit:\n  - to: staff\n  - to: store\n  - to: newest\n'
/** Its own interfaces are asked for nothing here; what it is called is what the orders are of. */
const shop = (name: string, id: string, more: string): string =>
  `shop: ${name}\nid: ${id}\nplatform: files\nfolder: /nowhere/${id}\n${more}`

let scene: SidebarScene
beforeEach(async () => {
  scene = await openSidebarScene({
    config: {
      ...DESK_RULES,
      'credit.yaml': RULES,
      'shops/a.yaml': shop(
        '甲店',
        'aa',
        'staff: { G7: lisi, G8: zhangsan, G9: gone }\nstores: { "3": 南山店, "4": 12 }\n',
      ),
      'shops/b.yaml': shop('乙店', 'bb', 'staff: { G7: zhangsan, G6: lisi }\n'),
    },
  })
  const departments = [
    { id: 11, name: '南山店', parent_id: 1 },
    { id: 12, name: '福田店', parent_id: 1 },
    { id: 3, name: '总部', parent_id: 1 },
  ]
  await scene.db.tx((tx) => tx.insertIgnore(DEPARTMENT, departments))
})
afterEach(() => scene.close())

const pay = async (orderId: string, more: object = {}) => {
  const customer = { externalUserId: scene.externalUserId }
  const paidAt = new Date(scene.clock.now()).toISOString()
  const body = { orderId, source: '甲店', status: 'paid', customer, totalFen: 1_000, paidAt, ...more }
  expect((await signedPost(scene, '/api/orders', body)).status).toBe(200)
  await scene.settle()
  await scene.settle()
}
const credits = async () =>
  (
    await scene.rawRows<Record<string, string | null>>(
      `SELECT o.order_id, c.userid, c.department, c.decided_by
       FROM order_credit c JOIN shop_order o ON o.id = c.shop_order_id ORDER BY o.order_id`,
    )
  ).map(({ order_id, userid, department, decided_by }) =>
    [order_id, decided_by, userid ?? '-', decided_by === 'store' ? department : ''].join(' ').trim(),
  )
const run = async (...words: string[]) => (await runCommand(creditProgram, words, scene)).out

test('an order is the staff’s whom its shop names, else of the store that it names, else of the next rule', async () => {
  await pay('a1', { staff: 'G7', store: '3' })
  // The same word means somebody else in another shop.
  await pay('a2', { staff: 'G7', source: '乙店' })
  // Of a shop without a rule what all maps agree on, and no more.
  await pay('a3', { staff: 'G6', source: '丙店' })
  await pay('a4', { staff: 'G7', source: '丙店' })
  // An own userid, a name that only one has.
  await pay('a5', { staff: 'lisi' })
  await pay('a6', { staff: '李四' })
  await pay('a7', { staff: 'G9', store: '3' })
  await pay('a8', { store: '福田店' })
  await pay('a9', { store: '4' })
  // The shop's number is not WeCom's, which has a department 11.
  await pay('b1', { store: '11' })
  await pay('b2', {})
  expect(await credits()).toEqual([
    'a1 staff lisi',
    'a2 staff zhangsan',
    'a3 staff lisi',
    'a4 newest zhangsan',
    'a5 staff lisi',
    'a6 staff lisi',
    'a7 store - 11',
    'a8 store - 12',
    'a9 store - 12',
    'b1 newest zhangsan',
    'b2 newest zhangsan',
  ])
  scene.sandbox.redeliver()
  await scene.settle()
  expect(await credits()).toHaveLength(11)
  expect(await run('why', 'a1')).toContain('店铺在订单里写的店员')
  expect(await run('why', 'a8')).toContain('部门 12')
})

test('whom a shop names and nobody is stands below the sums, with how many orders', async () => {
  await pay('a1', { staff: 'G7' })
  expect(await run('list')).not.toContain('对不上')
  await pay('a2', { staff: 'G99' })
  await pay('a3', { staff: 'G99', store: '11', scene: '直播间' })
  await pay('a4', { status: 'created', staff: 'unpaid' })
  expect((await run('list')).split('\n').slice(-3)).toEqual([
    '店铺写了、对不上是谁的，写进 config/shops 里那家店的 staff 或 stores：',
    '  甲店 店员「G99」 2 单',
    '  甲店 门店「11」 1 单',
  ])
})

test('what a shop tells after the payment decides anew; what a person gave and what was told before the payment stand', async () => {
  await pay('a1', { version: 1 })
  await pay('a2', { version: 1 })
  expect(await credits()).toEqual(['a1 newest zhangsan', 'a2 newest zhangsan'])
  await run('give', 'a2', '--to', '张三', '--why', '张三接待的')
  for (const orderId of ['a1', 'a2']) await pay(orderId, { version: 2, staff: 'G7' })
  expect(await credits()).toEqual(['a1 staff lisi', 'a2 hand zhangsan'])
  await pay('a1', { version: 3, staff: 'G8' })
  // An older picture, and one that does not tell.
  await pay('a1', { version: 2, staff: 'G7' })
  await pay('a1', { version: 4 })
  scene.sandbox.redeliver()
  await scene.settle()
  expect(await credits()).toEqual(['a1 staff zhangsan', 'a2 hand zhangsan'])
})
