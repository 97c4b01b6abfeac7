import { DAY_MS } from '../../server/core/kernel/shanghai.ts'
import type { Desk } from '../desk.ts'
import { products } from '../people/products.ts'
import type { OrderInput } from '../people/shop.ts'
import type { BrandCustomer } from './brand.ts'

/** Paid long ago; posted once Huoshui answers. Order ids are fixed by the seed, so that posting twice changes nothing. */
export function brandOrders({ random, clock }: Desk, people: BrandCustomer[]): OrderInput[] {
  const orders: OrderInput[] = []
  const steaks = products.filter((product) => product.category !== '新人')
  people.forEach((person, index) => {
    if (person.stage === '新客') return
    const count = person.stage === '首单' ? 1 : person.stage === '沉睡' ? 2 : 4 + random.int(4)
    const spanMs = clock.now() - person.follow.addedAtMs
    for (let i = 0; i < count; i++) {
      const share = person.stage === '沉睡' ? 0.1 + 0.1 * i : (i + 0.5) / count
      const favourite = steaks.find((product) => product.category === person.taste)
      const product = random.int(3) > 0 && favourite ? favourite : random.pick(steaks)
      const quantity = 1 + random.int(2)
      const { sku, name, priceFen, category } = product
      orders.push({
        orderId: `MYSEED${String(index).padStart(3, '0')}${String(i).padStart(2, '0')}`,
        status: 'paid',
        externalUserId: person.customer.externalUserId,
        paidAt: Math.min(person.follow.addedAtMs + spanMs * share, clock.now() - DAY_MS / 8),
        items: [{ sku, name, quantity, priceFen, category }],
      })
    }
  })
  return orders
}
