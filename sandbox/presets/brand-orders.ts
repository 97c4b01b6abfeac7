import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { products } from '../people/products.ts'
import type { PastOrder } from '../shops/wechat-shop.ts'
import type { BrandCustomer } from './brand.ts'

/** What the brand's customers bought before the demo begins, oldest customers' first; the same for the same seed. */
export function brandOrders({ random, clock }: Desk, people: BrandCustomer[]): PastOrder[] {
  const orders: PastOrder[] = []
  const steaks = products.filter((product) => product.category !== '新人')
  for (const person of people) {
    if (person.stage === '新客') continue
    const count = person.stage === '首单' ? 1 : person.stage === '沉睡' ? 2 : 4 + random.int(4)
    const spanMs = clock.now() - person.follow.addedAtMs
    for (let i = 0; i < count; i++) {
      const share = person.stage === '沉睡' ? 0.1 + 0.1 * i : (i + 0.5) / count
      const favourite = steaks.find((product) => product.category === person.taste)
      const product = random.int(3) > 0 && favourite ? favourite : random.pick(steaks)
      const quantity = 1 + random.int(2)
      const { sku, name, priceFen } = product
      orders.push({
        unionId: person.customer.unionId,
        lines: [{ sku, name, quantity, priceFen }],
        atMs: Math.floor(Math.min(person.follow.addedAtMs + spanMs * share, clock.now() - DAY_MS / 8)),
      })
    }
  }
  return orders
}
