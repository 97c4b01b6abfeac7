import { afterEach, expect, it } from 'vitest'
import { shopsProgram } from '../../cli/shops.ts'
import { sopProgram } from '../../cli/sop.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { COUPON, type GrantScene, openGrantScene } from './testing/grant-scene.ts'

let scene: GrantScene
afterEach(() => scene.close())

const journey = (grant: string) => `
sop: gift
name: 欢迎券
trigger: customer.added
steps:
  - grant: ${grant}
  - tag: { add: [客户/发过券] }
goal: order.paid
leave: [customer.lost]
holdOut: { percent: 50, days: 30 }
`
const CUSTOMERS = 24
const lines = [{ sku: 'A', name: '牛排', quantity: 1, priceFen: 20_000 }]
const unionOf = (nth: number): string => `oUNION${String(nth).padStart(22, '0')}`

interface Person {
  externalUserId: string
  unionId: string
  openId: string
}

/** Who was drawn into which group. */
async function drawn(people: readonly Person[]): Promise<{ taken: Person[]; watched: Person[] }> {
  const rows = await scene
    .app()
    .rawRows<{ external_userid: string; held_out: number }>('SELECT external_userid, held_out FROM sop_entry')
  const of = (heldOut: number): Person[] =>
    people.filter(
      ({ externalUserId }) => rows.find((row) => row.external_userid === externalUserId)?.held_out === heldOut,
    )
  const found = { taken: of(0), watched: of(1) }
  expect(found.taken.length + found.watched.length).toBe(CUSTOMERS)
  expect(Math.min(found.taken.length, found.watched.length)).toBeGreaterThan(6)
  return found
}

async function come(): Promise<Person[]> {
  const people: Person[] = []
  for (let nth = 0; nth < CUSTOMERS; nth++) {
    const [unionId, openId] = [unionOf(nth), `yz${nth}`]
    scene.shops.youzan.knowUnionIds(openId, [unionId])
    people.push({ externalUserId: await scene.scan(unionId), unionId, openId })
  }
  await scene.seconds(6, MINUTE_MS)
  return people
}

async function buys(person: Person, refundFen?: number): Promise<void> {
  const { youzan } = scene.shops
  const tid = youzan.buy({ openId: person.openId, lines })
  youzan.pay(tid)
  await scene.seconds(3, MINUTE_MS)
  if (refundFen === undefined) return
  youzan.refund(tid, refundFen)
  await scene.seconds(3, MINUTE_MS)
}

const uplift = async (...more: string[]) => (await runCommand(sopProgram, ['uplift', 'gift', ...more], scene.app())).out

it('a coupon given beside a hold-out: who was held out gets none, and what it brought in orders and money is told', async () => {
  await openGift('{ shop: yz, coupon: "700001", name: 满 200 减 20 }')
  const people = await come()
  const { taken, watched } = await drawn(people)
  const coupons = ({ openId }: Person): string[] => scene.shops.youzan.coupons.heldBy(openId)
  expect(taken.map(coupons)).toEqual(taken.map(() => ['700001']))
  expect(watched.map(coupons)).toEqual(watched.map(() => []))
  expect(await scene.grants()).toHaveLength(taken.length)
  expect((await runCommand(shopsProgram, ['grants'], scene.app())).out).not.toContain('没发成')

  const [a, b, c, d] = taken
  const [held, late] = watched
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('too few were taken in')
  if (held === undefined || late === undefined) throw new Error('too few were held out')
  await buys(a)
  await buys(b)
  await buys(b)
  await buys(c, 5_000)
  await buys(held)
  await scene.app().advance(31 * DAY_MS)
  // After the thirty days: nobody's.
  await buys(d)
  await buys(late)
  await scene.app().advance(DAY_MS)

  const text = await uplift()
  expect(text).toContain('「gift」的对照组占 50%，比较进来以后 30 天')
  expect(text).toContain(`对照组  分到 ${watched.length} 人，满期限 ${watched.length} 人，达成 1 人`)
  expect(text).toContain(`进入的人  分到 ${taken.length} 人，满期限 ${taken.length} 人，达成 3 人`)
  const [perTaken, perWatched] = [(4 / taken.length).toFixed(2), (1 / watched.length).toFixed(2)]
  expect(text).toContain(`每人订单：对照组 ${perWatched} 单，进入的人 ${perTaken} 单，差`)
  const yuan = (fen: number, of: readonly Person[]): string => (fen / 100 / of.length).toFixed(2)
  expect(text).toContain(`每人金额：对照组 ${yuan(20_000, watched)} 元，进入的人 ${yuan(75_000, taken)} 元，差`)
  const { orders, fen } = JSON.parse(await uplift('--json'))
  expect(orders.difference).toBeCloseTo(4 / taken.length - 1 / watched.length, 6)
  expect(fen.difference).toBeCloseTo(75_000 / taken.length - 20_000 / watched.length, 6)
})

it('who was held out and is known only by an order gets none then either, and none when the time is over', async () => {
  await openGift(COUPON)
  const people = await come()
  const { taken, watched } = await drawn(people)
  for (const { unionId } of [taken[0], watched[0]].flatMap((one) => one ?? [])) await scene.pays(unionId)
  await scene.seconds(5, MINUTE_MS)
  const coupons = ({ unionId }: Person): string[] => scene.shops.wechat.coupons.heldBy(unionId)
  expect(taken.map(coupons)).toEqual(taken.map((_, nth) => (nth === 0 ? ['19126'] : [])))
  expect(watched.flatMap(coupons)).toEqual([])
  await scene.app().advance(31 * DAY_MS)
  for (const { unionId } of watched.slice(1, 3)) await scene.pays(unionId)
  await scene.seconds(5, MINUTE_MS)
  expect(watched.flatMap(coupons)).toEqual([])
  expect(await scene.told(watched[0]?.externalUserId ?? '')).toEqual([])
})

async function openGift(grant: string): Promise<void> {
  scene = await openGrantScene({
    trigger: 'customer.added',
    manners: { doubled: 1 },
    more: { 'sop/g.yaml': journey(grant) },
  })
}
