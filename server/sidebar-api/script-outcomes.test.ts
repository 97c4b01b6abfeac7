import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { countStatements } from '../testing/count-statements.ts'
import type { Proposals } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
let zhangsan: Browser
beforeAll(async () => {
  scene = await openSidebarScene({ env: { REQUESTS_PER_GUIDE: '0', REQUESTS_PER_ADDRESS: '0' } })
  zhangsan = await scene.as('zhangsan')
})
afterAll(() => scene.close())

const proposals = async (id: string) => (await zhangsan.get<Proposals>(`customers/${id}/proposals`)).body
const outcomes = () => scene.rawRows('SELECT script_id, customers, bought FROM script_outcome ORDER BY script_id')
/** Customers who were sent this script; the first so many of them buy the next day. */
async function sent(scriptId: string, customers: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < customers; n++) {
    const { externalUserId } = await scene.sandbox.scan({ userId: 'zhangsan', name: `${scriptId} ${n}` })
    ids.push(externalUserId)
  }
  await scene.settle()
  for (const [n, id] of ids.entries()) {
    const tap = { key: `tap-${scriptId}-${n}`, scriptId, place: 1 }
    expect((await zhangsan.post(`customers/${id}/sent`, tap)).status).toBe(200)
  }
  return ids
}

test('until enough is known the files’ order stands, and asking for it writes nothing', async () => {
  const { texts } = await countStatements(scene.db, async () => {
    const { proposals: found, how } = await proposals(scene.externalUserId)
    expect([how, found.map((one) => [one.script.id, one.became])]).toEqual([
      'file',
      [
        ['hello', null],
        ['coupon', null],
      ],
    ])
  })
  expect([...texts].filter((text) => /^(INSERT|UPDATE|DELETE)/i.test(text))).toEqual([])
})

test('a week later it is counted who bought, each customer once, and the order goes by it', async () => {
  const hello = await sent('hello', 18)
  const coupon = await sent('coupon', 18)
  // Sent once more it is the same customer.
  await zhangsan.post(`customers/${coupon[0]}/sent`, { key: 'tap-once-more', scriptId: 'coupon' })
  await scene.advance(DAY_MS)
  for (const [n, id] of [...coupon.slice(0, 15), ...hello.slice(0, 1)].entries()) {
    await scene.sandbox.order({ orderId: `MY-${n}`, externalUserId: id, totalFen: 9_900, status: 'paid' })
  }
  await scene.settle()
  await scene.advance(5 * DAY_MS)
  expect(await outcomes()).toEqual([])
  await scene.advance(3 * DAY_MS)
  await scene.advance(MINUTE_MS)
  expect(await outcomes()).toEqual([
    { script_id: 'coupon', customers: 18, bought: 15 },
    { script_id: 'hello', customers: 18, bought: 1 },
  ])
  zhangsan = await scene.as('zhangsan')
  const { externalUserId: fresh } = await scene.sandbox.scan({ state: 'parcel-card', name: '新来的' })
  await scene.settle()
  const { proposals: found, how } = await proposals(fresh)
  expect(how).not.toBe('file')
  const became = Object.fromEntries(found.map((one) => [one.script.id, one.became]))
  expect(became).toMatchObject({
    coupon: { customers: 18, bought: 15, days: 7 },
    hello: { customers: 18, bought: 1, days: 7 },
  })
  if (how === 'learned') expect(found[0]?.script.id).toBe('coupon')
  // The same all day.
  expect((await proposals(fresh)).proposals.map((one) => one.script.id)).toEqual(found.map((one) => one.script.id))
})

test('an order after the week is not the script’s', async () => {
  const [late = ''] = await sent('join-paid', 1)
  await scene.advance(8 * DAY_MS)
  await scene.sandbox.order({ orderId: 'MY-late', externalUserId: late, totalFen: 9_900, status: 'paid' })
  await scene.settle()
  await scene.advance(2 * DAY_MS)
  expect(await outcomes()).toContainEqual({ script_id: 'join-paid', customers: 1, bought: 0 })
})
