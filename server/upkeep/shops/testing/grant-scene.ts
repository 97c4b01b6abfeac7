import { createSandbox } from '../../../../sandbox/sandbox.ts'
import { KIND, type Manners } from '../../../../sandbox/shops/manners.ts'
import { createSettableClock } from '../../../core/kernel/clock.ts'
import { SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../../testing/build-test-app.ts'
import { CRMEB, shopEnv, WECHAT_SHOP, YOUZAN } from './shop-env.ts'

/** A journey that gives `grant` to whoever comes by `trigger`. */
const journey = (id: string, trigger: string, grant: string): string =>
  `sop: ${id}\nname: ${id}\ntrigger: ${trigger}\nsteps:\n  - grant: ${grant}\n  - tag: { add: [客户/发过券] }\n`

export const COUPON = '{ shop: muye, coupon: "19126", name: 满 200 减 20 }'
const TAGS = { 'tags.yaml': 'tags:\n  - group: 客户\n    names: [发过券]\n' }
const UNION = 'oUNION000000000000000000001'
const lines = [{ sku: 'A', name: '牛排', quantity: 1, priceFen: 12_800 }]

export interface GrantSceneOptions {
  /** The step, by default the coupon at 微信小店; and what begins the journey, by default a payment. */
  grant?: string
  trigger?: string
  manners?: Partial<Manners>
  /** More rule files. */
  more?: Record<string, string>
}

/** Three shops that give, a journey that asks them to, and a customer of 张三. */
export async function openGrantScene(options: GrantSceneOptions = {}) {
  const { grant = COUPON, trigger = 'order.paid', manners = {}, more = {} } = options
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [5, 10], shopManners: { ...KIND, ...manners } })
  await sandbox.listen()
  const config = {
    ...WECHAT_SHOP,
    ...YOUZAN,
    ...CRMEB,
    ...TAGS,
    'sop/g.yaml': journey('gift', trigger, grant),
    ...more,
  }
  const env = shopEnv(sandbox)
  let t: TestApp = await buildTestApp({ config, platform: { sandbox, clock }, env })
  const first = t
  sandbox.shops.wechat.coupons.make('19126', { stock: 100, perPerson: 5 })
  sandbox.shops.youzan.coupons.make('700001', { stock: 100, perPerson: 5 })
  const seconds = async (many: number, ms = SECOND_MS): Promise<void> => {
    for (let second = 0; second < many; second++) await t.advance(ms)
  }
  await t.sandbox.settle()

  return {
    app: (): TestApp => t,
    clock,
    shops: sandbox.shops,
    unionId: UNION,
    seconds,
    /** 张三's customer, known by the union id. */
    scan: async (unionId = UNION): Promise<string> => {
      const { externalUserId } = await sandbox.scan({ userId: 'zhangsan', unionId })
      await t.settle()
      return externalUserId
    },
    /** Who buys at 微信小店 pays and is read. */
    pays: async (unionId = UNION): Promise<string> => {
      const orderId = sandbox.shops.wechat.buy({ unionId, lines })
      sandbox.shops.wechat.pay(orderId)
      await seconds(3)
      return orderId
    },
    lines,
    grants: () =>
      t.rawRows<{ state: string; why: string | null; looks: number }>(
        'SELECT state, why, looks FROM shop_grant ORDER BY id',
      ),
    /** What the guide reads of gifts. */
    told: (externalUserId: string): Promise<string[]> => t.timelineOf(externalUserId, 'grant.%'),
    outcomes: async (): Promise<string[]> =>
      (await t.rawRows<{ outcome: string }>("SELECT outcome FROM sop_step WHERE kind = 'grant' ORDER BY id")).map(
        ({ outcome }) => outcome,
      ),
    /** Another process on the same database; the one before is not stopped. */
    again: async (): Promise<void> => {
      const { databaseUrl } = first
      t = await buildTestApp({ config, databaseUrl, platform: { sandbox, clock }, env })
    },
    close: async (): Promise<void> => {
      if (t !== first) await t.close({ database: true })
      await first.close().catch(() => undefined)
      await sandbox.close()
    },
  }
}
export type GrantScene = Awaited<ReturnType<typeof openGrantScene>>
