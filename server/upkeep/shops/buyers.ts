import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import type { Buyer, ShopConnection, ShopOrder } from '../../platform/shops/shop-connection.ts'

const MOST = 20_000
/** Somebody binds a phone, or a shop its open-platform account. */
const GOOD_FOR_MS = HOUR_MS

/** Who bought, asked of the shop once an hour for each buyer. In memory alone: phones lie nowhere. */
export function createBuyers({
  connection,
  clock,
  unionIdOf,
}: {
  connection: Pick<ShopConnection, 'identify'>
  clock: Clock
  /** As a push has told. */
  unionIdOf: (shopUserId: string) => Promise<string | undefined>
}) {
  const known = new Map<string, { buyer: Buyer; untilMs: number }>()

  return {
    /** What the order itself says, and what the shop says of its buyer. Throws ShopError. */
    of: async ({ buyer }: Pick<ShopOrder, 'buyer'>): Promise<Buyer> => {
      const { shopUserId } = buyer
      if (shopUserId === undefined || buyer.unionId !== undefined || connection.identify === undefined) return buyer
      const kept = known.get(shopUserId)
      if (kept !== undefined && kept.untilMs > clock.now()) return { ...kept.buyer, ...told(buyer) }
      const unionId = await unionIdOf(shopUserId)
      const found = unionId === undefined ? await connection.identify(shopUserId) : { unionId }
      const [oldest] = known.keys()
      if (known.size >= MOST && oldest !== undefined) known.delete(oldest)
      known.delete(shopUserId)
      known.set(shopUserId, { buyer: found, untilMs: clock.now() + GOOD_FOR_MS })
      return { ...found, ...told(buyer) }
    },
  }
}

const told = (buyer: Buyer): Buyer =>
  Object.fromEntries(Object.entries(buyer).filter(([, value]) => value !== undefined))
