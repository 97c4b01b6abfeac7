import type { Clock } from '../../server/core/kernel/clock.ts'
import { createCrmebDouble } from './crmeb.ts'
import type { Manners } from './manners.ts'
import type { ShopReply, ShopRequest } from './shop-answer.ts'
import { createWechatShopDouble } from './wechat-shop.ts'
import { createYouzanDouble } from './youzan.ts'

/** The doubles of shops, each under its platform's name; their ids at Huoshui are those of the demo's rules. */
export const SHOP_IDS = { 'wechat-shop': 'muye', crmeb: 'mall', youzan: 'yz' } as const
export type ShopKind = keyof typeof SHOP_IDS

/** Of so many calls the double remembers when they came. */
const KEPT_CALLS = 10_000

export function createShopDoubles(options: {
  clock: Clock
  appUrl: () => string | undefined
  seed: number
  manners: Partial<Manners> | undefined
}) {
  const { clock, appUrl, seed, manners } = options
  const targetOf = (kind: ShopKind) => (): string | undefined => {
    const url = appUrl()
    return url === undefined ? undefined : `${url}/shops/${SHOP_IDS[kind]}`
  }
  const wechat = createWechatShopDouble({ clock, seed, target: targetOf('wechat-shop'), ...(manners && { manners }) })
  const crmeb = createCrmebDouble({ clock, seed, target: targetOf('crmeb'), ...(manners && { manners }) })
  const youzan = createYouzanDouble({ clock, seed, target: targetOf('youzan'), ...(manners && { manners }) })
  const byKind: Record<ShopKind, { handle(request: ShopRequest): ShopReply; settle(): Promise<void> }> = {
    'wechat-shop': wechat,
    crmeb,
    youzan,
  }
  const calls: { kind: ShopKind; path: string; atMs: number }[] = []

  return {
    wechat,
    crmeb,
    youzan,
    /** The last ones, the oldest first; `atMs` by the sandbox's clock. */
    calls: (): readonly { kind: ShopKind; path: string; atMs: number }[] => calls,
    /** Undefined: no such shop here. */
    handle: (kind: string, request: ShopRequest): ShopReply | undefined => {
      if (!Object.hasOwn(byKind, kind)) return undefined
      calls.push({ kind: kind as ShopKind, path: request.path, atMs: clock.now() })
      if (calls.length > 2 * KEPT_CALLS) calls.splice(0, KEPT_CALLS)
      return byKind[kind as ShopKind].handle(request)
    },
    /** Resolves once no push is under way. */
    settle: async (): Promise<void> => {
      await Promise.all(Object.values(byKind).map((shop) => shop.settle()))
    },
  }
}
export type ShopDoubles = ReturnType<typeof createShopDoubles>
