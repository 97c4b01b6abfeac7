import type { Clock } from '../../server/core/kernel/clock.ts'

interface Template {
  stock: number
  perPerson: number
}

/** Coupons of a shop, and who has got which. `lagMs`: how long lists do not know of a new one yet. */
export function createCouponDesk({ clock, lagMs }: { clock: Clock; lagMs: () => number }) {
  const templates = new Map<string, Template>()
  const held: { who: string; coupon: string; atMs: number }[] = []
  const of = (who: string) => held.filter((one) => one.who === who)

  return {
    /** The shop's people make a coupon, or change one. */
    make: (coupon: string, { stock = 1_000, perPerson = 1 }: Partial<Template> = {}): void =>
      void templates.set(coupon, { stock, perPerson }),
    give: (who: string, coupon: string): 'given' | 'unknown' | 'sold-out' | 'limit' => {
      const template = templates.get(coupon)
      if (template === undefined) return 'unknown'
      if (template.stock === 0) return 'sold-out'
      if (of(who).filter((one) => one.coupon === coupon).length >= template.perPerson) return 'limit'
      template.stock -= 1
      held.push({ who, coupon, atMs: clock.now() })
      return 'given'
    },
    /** As the shop's lists show them now. */
    listed: (who: string): { id: number; coupon: string }[] =>
      held.flatMap((one, index) =>
        one.who === who && one.atMs + lagMs() <= clock.now() ? [{ id: index + 1, coupon: one.coupon }] : [],
      ),
    /** All that this person has, listed or not. */
    heldBy: (who: string): string[] => of(who).map(({ coupon }) => coupon),
  }
}
