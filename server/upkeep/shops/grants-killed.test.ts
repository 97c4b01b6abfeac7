import { afterEach, expect, it } from 'vitest'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type GrantScene, openGrantScene } from './testing/grant-scene.ts'

/* A gift's process is killed at each of its writes and at the shop's yes, and another goes on: it is given once, and said so once. */

let scene: GrantScene
let isAway = false
afterEach(async () => {
  // What is dead can close nothing.
  isAway = true
  await scene.close()
})

const isWrite = (text: string): boolean => /^\s*(INSERT|UPDATE|DELETE)\b.*\b(shop_grant|action)\b/is.test(text)
interface Run {
  grant: string
  trigger?: string
  /** What brings it about, of a customer of 张三; default: a payment at 微信小店, or three minutes. */
  act?(externalUserId: string): Promise<unknown>
  /** How many gifts the customer has. */
  has(): number
}
const RUNS: Record<string, Run> = {
  微信小店: {
    grant: '{ shop: muye, coupon: "19126", name: 券 }',
    has: () => scene.shops.wechat.coupons.heldBy(scene.unionId).length,
  },
  有赞: {
    grant: '{ shop: yz, coupon: "700001", name: 券 }',
    trigger: 'customer.added',
    has: () => scene.shops.youzan.coupons.heldBy('yz1').length,
  },
  '有赞 points': {
    grant: '{ shop: yz, points: 50, name: 积分 }',
    trigger: 'customer.added',
    has: () => scene.shops.youzan.pointsOf('yz1') / 50,
  },
  CRMEB: {
    grant: '{ shop: mall, points: 50, name: 积分 }',
    act: async (externalUserId) => {
      const { crmeb } = scene.shops
      crmeb.bindPhone(77, '13800138000')
      await scene.app().sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: ['13800138000'] })
      await scene.seconds(2)
      crmeb.pay(crmeb.buy({ uid: 77, lines: scene.lines }))
      await scene.seconds(3)
    },
    has: () => scene.shops.crmeb.pointsOf(77) / 50,
  },
}

/** Gives how many writes it took, and whether it died. */
async function live({ grant, trigger, act: own, has }: Run, knife: { write: number } | 'at its yes' | undefined) {
  isAway = false
  scene = await openGrantScene({ grant, ...(trigger === undefined ? {} : { trigger }) })
  scene.shops.youzan.knowUnionIds('yz1', [scene.unionId])
  let writes = 0
  let isDead = false
  const dead = scene.app().db
  dead.watch((text) => {
    if (isAway || /^\s*ROLLBACK/i.test(text)) return
    if (isWrite(text)) writes += 1
    if (knife === 'at its yes') isDead ||= has() > 0
    else if (knife !== undefined) isDead ||= writes >= knife.write
    if (isDead) throw new Error('killed')
  })
  const id = await scene.scan().catch(() => '')
  const usual = trigger === undefined ? () => scene.pays() : () => scene.seconds(3, MINUTE_MS)
  await (own === undefined ? usual() : own(id)).catch(() => undefined)
  const died = isDead
  if (died) {
    scene.clock.advance(2 * MINUTE_MS)
    await scene.again()
  }
  await scene.seconds(8, MINUTE_MS)
  const told = await scene.app().rawRows<{ body: string }>("SELECT body FROM timeline WHERE kind = 'grant.given'")
  expect([has(), (await scene.grants()).map(({ state }) => state), told.length]).toEqual([1, ['given'], 1])
  return { writes, died }
}

it.each(Object.entries(RUNS))('%s: killed at its yes', async (_name, run) => {
  expect((await live(run, 'at its yes')).died).toBe(true)
})

it('killed at each of its writes', async () => {
  const run = RUNS.微信小店 as Run
  const { writes } = await live(run, undefined)
  expect(writes).toBeGreaterThan(5)
  // On the slower database every third.
  const step = scene.app().db.dialect === 'mysql' ? 3 : 1
  for (let write = 1; write <= writes; write += step) {
    isAway = true
    await scene.close()
    await live(run, { write }).catch((cause: unknown) => {
      throw new Error(`killed at write ${write} of ${writes}`, { cause })
    })
  }
}, 600_000)
